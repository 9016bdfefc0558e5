import { type CaKind, caNameOf, type Org } from '@dstore/organizations';
import { join } from 'node:path';

import { type Ports, portsFrom } from './ports.js';

export type { CaKind } from '@dstore/organizations';

/** An organization of a native network: what it is, where it listens, where its things lie. */
export interface OrgSeat {
  readonly org: Org;
  readonly name: string;
  readonly mspId: string;
  readonly ports: Ports;
  /** Folder of everything below. */
  readonly folder: string;
  /** Home of the CA server. */
  readonly ca: string;
  /** Public MSP folder. */
  readonly msp: string;
  /** PEM roots of the TLS and the admin CA. */
  readonly tlsRoot: string;
  readonly adminRoot: string;
}

/** Where an organization's things lie below the network's folder. */
export function seatOf(networkFolder: string, org: Org): OrgSeat {
  const folder = join(networkFolder, 'organizations', org.name);
  return {
    org,
    name: org.name,
    mspId: org.mspId,
    ports: portsFrom(org.basePort),
    folder,
    ca: join(folder, 'ca'),
    msp: join(folder, 'msp'),
    tlsRoot: join(folder, 'msp', 'tlscacerts', 'tls-ca.pem'),
    adminRoot: join(folder, 'admin-ca.pem'),
  };
}

/** Folder of somebody who holds certificates of an organization: `msp` and `tls` lie in it. */
export function holderFolder(seat: OrgSeat, holder: string): string {
  return join(seat.folder, holder);
}

/** Paths of one end of mutual TLS. */
export function tlsPaths(seat: OrgSeat, holder: string): { certificate: string; key: string; root: string } {
  const folder = join(holderFolder(seat, holder), 'tls');
  return {
    certificate: join(folder, 'certificate.pem'),
    key: join(folder, 'key.pem'),
    root: join(folder, 'ca.pem'),
  };
}

/** Name of one of an organization's CAs. */
export function caName(seat: OrgSeat, kind: CaKind): string {
  return caNameOf(seat.name, kind);
}

/** PEM files with what an organization's CAs have revoked; doors and peers of others get them from here. */
export function crlPaths(seat: OrgSeat): { readonly identity: string; readonly tls: string } {
  return { identity: join(seat.msp, 'crls', 'ca.pem'), tls: join(seat.msp, 'tlscrls', 'tls-ca.pem') };
}

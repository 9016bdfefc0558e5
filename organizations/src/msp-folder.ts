import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { CaCaller } from './ca-connection.js';
import { privateKeyPem, writeWhole } from './identity.js';

/** Roots of an organization, PEM. */
export interface MspRoots {
  readonly identity: string;
  readonly tls: string;
}

/** Fabric tells clients, peers, admins and orderers of an organization apart by the certificate's organizational unit. */
const nodeUnits = `NodeOUs:
  Enable: true
  ClientOUIdentifier: { OrganizationalUnitIdentifier: client }
  PeerOUIdentifier: { OrganizationalUnitIdentifier: peer }
  AdminOUIdentifier: { OrganizationalUnitIdentifier: admin }
  OrdererOUIdentifier: { OrganizationalUnitIdentifier: orderer }
`;

/** Writes what others need to know of an organization: the public part of an MSP folder. */
export async function writePublicMsp(directory: string, roots: MspRoots): Promise<void> {
  await put(directory, 'cacerts', 'ca.pem', roots.identity);
  await put(directory, 'tlscacerts', 'tls-ca.pem', roots.tls);
  await writeWhole(join(directory, 'config.yaml'), nodeUnits, 0o644);
}

/** Writes the MSP folder of one holder: roots, certificate, and the key with mode 0600. */
export async function writeMsp(directory: string, roots: MspRoots, holder: CaCaller): Promise<void> {
  await writePublicMsp(directory, roots);
  await put(directory, 'keystore', 'key.pem', privateKeyPem(holder.privateKey), 0o600);
  await put(directory, 'signcerts', 'certificate.pem', holder.certificate);
}

/** Writes `certificate.pem`, `key.pem` (mode 0600) and `ca.pem` for one end of mutual TLS. */
export async function writeTls(directory: string, root: string, holder: CaCaller): Promise<void> {
  await put(directory, '', 'ca.pem', root);
  await put(directory, '', 'key.pem', privateKeyPem(holder.privateKey), 0o600);
  await put(directory, '', 'certificate.pem', holder.certificate);
}

async function put(directory: string, folder: string, name: string, content: string, mode = 0o644) {
  await mkdir(join(directory, folder), { recursive: true, mode: 0o700 });
  await writeWhole(join(directory, folder, name), content, mode);
}

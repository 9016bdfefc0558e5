import { registrarFile } from '@dstore/organizations';
import { join } from 'node:path';

import { kuboDisks } from './kubo-daemon.js';
import { caName, crlPaths, holderFolder, type OrgSeat, tlsPaths } from './layout.js';

/** Bytes of a new lease of the first gateway, and of the room that it keeps free in each. */
const leaseBytes = { capacityBytes: String(1n << 30n), headroomBytes: String(1n << 28n) };

/** Folder of what a process of the application keeps. */
export const applicationFolder = (seat: OrgSeat, part: 'provider' | 'gateway') => join(seat.folder, part);

/** Settings of the process that keeps an organization's disks and turns epochs. */
export function providerSettings(seat: OrgSeat, seats: readonly OrgSeat[], channel: string): object {
  const sites = seat.org.sites.flatMap(({ site, region, disks }) =>
    disks.map((disk) => ({ ...disk, site, region })),
  );
  return {
    roles: 'provider,keeper',
    data: { dir: applicationFolder(seat, 'provider') },
    ledger: ledger(seat, seats, channel),
    identity: { mspId: seat.mspId, admin: member(seat, 'admin'), provider: member(seat, 'provider') },
    disks: sites.map(({ disk, store, site, region, capacityBytes, price, collateralRate }, at) => ({
      disk,
      store: storeOf(seat, disk, store),
      site,
      region,
      capacityBytes: String(capacityBytes),
      price: String(price),
      collateralRate: String(collateralRate),
      agent: member(seat, disk),
      door: {
        listen: `127.0.0.1:${seat.ports.door + at}`,
        publicUrl: `https://localhost:${seat.ports.door + at}`,
        ...tls(seat, disk),
      },
    })),
  };
}

/** Settings of the process that serves an owner's vault over REST. */
export function gatewaySettings(seat: OrgSeat, seats: readonly OrgSeat[], channel: string): object {
  const folder = applicationFolder(seat, 'gateway');
  return {
    roles: 'gateway',
    data: { dir: folder },
    http: { listen: `127.0.0.1:${seat.ports.http}` },
    ledger: ledger(seat, seats, channel),
    identity: { mspId: seat.mspId, owner: member(seat, 'owner'), admin: member(seat, 'admin') },
    ca: {
      address: `localhost:${seat.ports.ca}`,
      name: caName(seat, 'identity'),
      tlsRootFile: join(seat.ca, 'ca-cert.pem'),
      registrar: { id: 'registrar', secretFile: registrarFile(seat.folder, 'identity') },
    },
    vault: { vaultId: `${seat.name}-first`, bucket: 'demo', tls: tls(seat, 'owner') },
    keys: { masterFile: join(folder, 'keys', 'master.key') },
    // Whatever the disks of the descriptions cost; an owner of a real consortium says what it is willing to pay.
    lease: { maxPrice: '1000', minCollateralRate: '1', termEpochs: '720', ...leaseBytes },
  };
}

function ledger(seat: OrgSeat, seats: readonly OrgSeat[], channel: string): object {
  const others = seats.filter((other) => other !== seat);
  return {
    mode: 'fabric',
    channel,
    tls: tls(seat, 'application'),
    peers: [seat, ...others].map((one) => ({
      mspId: one.mspId,
      address: `localhost:${one.ports.peer}`,
      tlsRootFile: one.tlsRoot,
      tlsCrlFile: crlPaths(one).tls,
    })),
  };
}

/** A store as the application's settings name it. */
function storeOf(seat: OrgSeat, disk: string, store: string): string {
  const daemon = store === 'kubo' ? kuboDisks(seat).find((one) => one.disk === disk) : undefined;
  if (daemon !== undefined)
    return `kubo:http://127.0.0.1:${daemon.ports.rpc},http://127.0.0.1:${daemon.ports.gateway}`;
  const [, place] = /^file:(.+)$/s.exec(store) ?? [];
  return `file:${join(seat.folder, place ?? join('disks', disk))}`;
}

function member(seat: OrgSeat, id: string): object {
  const msp = join(holderFolder(seat, id), 'msp');
  return {
    id,
    certFile: join(msp, 'signcerts', 'certificate.pem'),
    keyFile: join(msp, 'keystore', 'key.pem'),
  };
}

function tls(seat: OrgSeat, id: string): { certFile: string; keyFile: string } {
  const { certificate, key } = tlsPaths(seat, id);
  return { certFile: certificate, keyFile: key };
}

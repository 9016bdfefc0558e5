import { privateKeyPem, selfSignedClient } from '@dstore/organizations';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { type OrgSeat, tlsPaths } from './layout.js';
import { tar } from './tar.js';
import { writeDurably } from './write-durably.js';

/** Code that the peers of a network agree on and run as services beside them. */
export interface Law {
  /** Names its packages. */
  readonly label: string;
  /** A CommonJS package: its package.json names the module that exports `contracts`. */
  readonly folder: string;
  /** Which of an organization's ten chaincode ports it takes, from 0. */
  readonly slot: number;
  /** A transaction that reads, and its argument: endorsed on the way up to see that all is there, never submitted. */
  readonly probe: readonly [string, string];
}

/** An organization's package of a law. */
export interface ChaincodePackage {
  readonly path: string;
  /** As the peer will name it: label and digest. */
  readonly id: string;
  /** The only client that the server lets in: the organization's peer. PEM file. */
  readonly clientRoot: string;
}

/**
 * The organization's package of a law, made once. It tells the peer where the server is and holds the key by which the
 * server knows the peer; each organization's is its own, and so is its id.
 */
export async function keepPackage(seat: OrgSeat, law: Law): Promise<ChaincodePackage> {
  const folder = join(seat.folder, 'packages');
  const path = join(folder, `${law.label}.tar.gz`);
  const clientRoot = join(folder, `${law.label}.peer.pem`);
  const kept = await readFile(path).catch(() => undefined);
  const bytes = kept ?? (await makePackage(seat, law, clientRoot));
  if (kept === undefined) await writeDurably(path, bytes);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { path, id: `${law.label}:${digest}`, clientRoot };
}

/** Port of a law's server in an organization. */
export function chaincodePort(seat: OrgSeat, law: Law): number {
  return seat.ports.chaincode + law.slot;
}

async function makePackage(seat: OrgSeat, law: Law, clientRoot: string): Promise<Buffer> {
  const peer = await selfSignedClient(`peer.${seat.name}`, Date.now());
  await writeDurably(clientRoot, peer.certificate);
  const connection = {
    address: `localhost:${chaincodePort(seat, law)}`,
    dial_timeout: '10s',
    tls_required: true,
    client_auth_required: true,
    client_key: privateKeyPem(peer.privateKey),
    client_cert: peer.certificate,
    root_cert: await readFile(tlsPaths(seat, 'chaincode').root, 'utf8'),
  };
  const code = archive([['connection.json', JSON.stringify(connection)]]);
  const metadata = JSON.stringify({ type: 'ccaas', label: law.label });
  return archive([
    ['metadata.json', metadata],
    ['code.tar.gz', code],
  ]);
}

function archive(files: readonly (readonly [string, string | Uint8Array])[]): Buffer {
  const entries = files.map(([name, content]) => ({ name, content: Buffer.from(content as string) }));
  return gzipSync(tar(entries));
}

import { type Identity } from '@dstore/organizations';
import { Client, credentials } from '@grpc/grpc-js';
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { holderFolder, type OrgSeat, tlsPaths } from './layout.js';

/** Blocks and rows may be longer than the 4 MiB that grpc-js takes by default. */
const mostBytes = 100 * 1024 * 1024;

/** A connection to an organization's peer with the TLS certificate of its applications; close it after use. */
export async function connectTo(seat: OrgSeat): Promise<Client> {
  const { certificate, key, root } = tlsPaths(seat, 'application');
  const [chain, privateKey, roots] = await Promise.all([
    readFile(certificate),
    readFile(key),
    readFile(root),
  ]);
  return new Client(`localhost:${seat.ports.peer}`, credentials.createSsl(roots, privateKey, chain), {
    'grpc.max_receive_message_length': mostBytes,
    'grpc.max_reconnect_backoff_ms': 2_000,
  });
}

/** An enrolled holder of an organization, ready to sign. Rejects when it has no identity there. */
export async function identityOf(seat: OrgSeat, id: string): Promise<Identity> {
  const folder = join(holderFolder(seat, id), 'msp');
  const [certificate, key] = await Promise.all([
    readFile(join(folder, 'signcerts', 'certificate.pem'), 'utf8'),
    readFile(join(folder, 'keystore', 'key.pem'), 'utf8'),
  ]);
  return { mspId: seat.mspId, id, certificate, privateKey: createPrivateKey(key) };
}

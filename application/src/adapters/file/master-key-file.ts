import { createCipheriv, createDecipheriv, scryptSync, timingSafeEqual } from 'node:crypto';

import {
  hex,
  identifier,
  integer,
  object,
  oneOf,
  optional,
  parseJson,
  Refusal,
  sha256,
  tuple,
} from '@dstore/chaincode/domain';

import { Fault } from '../../ports/fault.js';
import type { Random } from '../../ports/random.js';

const format = 'dstore/v1/master';

/** Without a passphrase `key` is the master key and `check` its digest; with one it is sealed: nonce, ciphertext, tag. */
const fileShape = object({
  format: oneOf(format),
  vaultId: identifier,
  plain: optional(object({ key: hex(32), check: hex(32) })),
  sealed: optional(
    object({ log2N: integer(10, 20), r: integer(1, 16), p: integer(1, 4), salt: hex(16), key: hex(60) }),
  ),
});

/** A master key and the one vault that it is kept for. */
export interface KeptMaster {
  readonly vaultId: string;
  readonly master: Buffer;
}

// OWASP's advice for scrypt in 2024: 128 MiB and about a third of a second.
const cost = { log2N: 17, r: 8, p: 1 };

/** The text of a key file; sealed by AES-256-GCM under scrypt (RFC 7914) of the passphrase if there is one. */
export function formatMaster(
  { vaultId, master }: KeptMaster,
  passphrase: string | undefined,
  random: Random,
): string {
  if (passphrase === undefined) {
    const plain = { key: master.toString('hex'), check: checkOf(vaultId, master).toString('hex') };
    return `${JSON.stringify({ format, vaultId, plain })}\n`;
  }
  const salt = random.bytes(16);
  const nonce = random.bytes(12);
  const cipher = createCipheriv('aes-256-gcm', stretched(passphrase, salt, cost), nonce);
  cipher.setAAD(tuple(format, vaultId));
  const key = Buffer.concat([nonce, cipher.update(master), cipher.final(), cipher.getAuthTag()]);
  const sealed = { ...cost, salt: salt.toString('hex'), key: key.toString('hex') };
  return `${JSON.stringify({ format, vaultId, sealed })}\n`;
}

/** Reads a key file. Permanent Fault `seal-broken` for damage, a wrong passphrase, or none where one is needed. */
export function parseMaster(text: string, passphrase: string | undefined): KeptMaster {
  const { vaultId, plain, sealed } = parsed(text);
  if (sealed !== undefined) {
    if (passphrase === undefined) throw broken('the master key is sealed by a passphrase and none is given');
    return { vaultId, master: unsealed(vaultId, sealed, passphrase) };
  }
  if (plain === undefined) throw broken('the file of the master key holds no key');
  const master = Buffer.from(plain.key, 'hex');
  if (!timingSafeEqual(checkOf(vaultId, master), Buffer.from(plain.check, 'hex')))
    throw broken('the file of the master key is damaged');
  return { vaultId, master };
}

type Sealed = NonNullable<ReturnType<typeof fileShape>['sealed']>;

function unsealed(vaultId: string, sealed: Sealed, passphrase: string): Buffer {
  const bytes = Buffer.from(sealed.key, 'hex');
  const key = stretched(passphrase, Buffer.from(sealed.salt, 'hex'), sealed);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
  decipher.setAAD(tuple(format, vaultId)).setAuthTag(bytes.subarray(-16));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  } catch {
    throw broken('the passphrase does not open the master key, or its file is damaged');
  }
}

function parsed(text: string): ReturnType<typeof fileShape> {
  try {
    return parseJson(fileShape, text);
  } catch (error) {
    if (error instanceof Refusal) throw broken(`the file of the master key is damaged: ${error.message}`);
    throw error;
  }
}

function stretched(passphrase: string, salt: Uint8Array, { log2N, r, p }: typeof cost): Buffer {
  const N = 2 ** log2N;
  return scryptSync(passphrase.normalize('NFKC'), salt, 32, { N, r, p, maxmem: 2 * 128 * N * r });
}

function checkOf(vaultId: string, master: Uint8Array): Buffer {
  return sha256(tuple('dstore/v1/master-check', vaultId, master));
}

function broken(message: string): Fault {
  return new Fault('seal-broken', message, { retryable: false });
}

import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync } from 'node:crypto';

import { tuple } from '@dstore/chaincode/domain';
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';

import { SealBroken } from './sealing.js';

/** What a key that is derived from the master key is for. */
export type KeyPurpose = 'catalog' | 'structure' | 'wrap';

const masterBytes = 32;

/** The 24 English words of a master key (BIP-39); throws RangeError unless it has 32 bytes. */
export function wordsOf(master: Uint8Array): string {
  if (master.length !== masterBytes) throw new RangeError('a master key has 32 bytes');
  return entropyToMnemonic(master, wordlist);
}

/**
 * The master key of 24 words in any case and spacing, or undefined for another number of words, a word that is not in
 * the list, or a checksum that does not hold (255 of 256 mistakes).
 */
export function masterOf(words: string): Buffer | undefined {
  const tidy = words.normalize('NFKD').trim().toLowerCase().split(/\s+/);
  if (tidy.length !== 24) return undefined;
  try {
    return Buffer.from(mnemonicToEntropy(tidy.join(' '), wordlist));
  } catch {
    return undefined;
  }
}

/**
 * The 32-byte key of a vault for a purpose: HKDF-SHA256 (RFC 5869) of the master key, no salt,
 * info T("dstore/v1/key", purpose, vaultId, u64 generation). A rotation raises the generation.
 */
export function deriveKey(
  master: Uint8Array,
  purpose: KeyPurpose,
  vaultId: string,
  generation: number,
): Buffer {
  if (master.length !== masterBytes) throw new RangeError('a master key has 32 bytes');
  return derive(master, tuple('dstore/v1/key', purpose, vaultId, generation));
}

/**
 * The object key of an entry of the catalog or the structure at a revision of the vault: HKDF-SHA256 of the key for
 * that purpose, info T("dstore/v1/entry", kind, u64 revision). A revision seals one entry of a kind.
 */
export function entryKey(
  key: Uint8Array,
  kind: 'catalog' | 'structure' | 'catalog-checkpoint' | 'structure-checkpoint',
  revision: bigint,
): Buffer {
  return derive(key, tuple('dstore/v1/entry', kind, revision));
}

const nonceBytes = 12;
const tagBytes = 16;

/** A wrapped object key: nonce, ciphertext, tag. */
export const wrappedBytes = nonceBytes + 32 + tagBytes;

/**
 * An object key under the vault's wrapping key: AES-256-GCM, associated data T("dstore/v1/wrap", vaultId, sealId).
 * The nonce is a keyed digest of all that is wrapped, as in SIV: the same key wrapped again gives the same bytes, and
 * two different ones don't share a nonce.
 */
export function wrapKey(
  wrapping: Uint8Array,
  vaultId: string,
  sealId: Uint8Array,
  objectKey: Uint8Array,
): Buffer {
  if (objectKey.length !== 32) throw new RangeError('an object key has 32 bytes');
  const bound = tuple('dstore/v1/wrap', vaultId, sealId);
  const nonce = createHmac('sha256', createSecretKey(derive(wrapping, tuple('dstore/v1/wrap-nonce'))))
    .update(bound)
    .update(objectKey)
    .digest()
    .subarray(0, nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(wrapping), nonce).setAAD(bound);
  return Buffer.concat([nonce, cipher.update(objectKey), cipher.final(), cipher.getAuthTag()]);
}

/** The object key back; throws {@link SealBroken} for another vault, another stream, another wrapping key, damage. */
export function unwrapKey(
  wrapping: Uint8Array,
  vaultId: string,
  sealId: Uint8Array,
  wrapped: Uint8Array,
): Buffer {
  if (wrapped.length !== wrappedBytes) throw new SealBroken('that is no wrapped key');
  const decipher = createDecipheriv('aes-256-gcm', createSecretKey(wrapping), wrapped.subarray(0, nonceBytes))
    .setAAD(tuple('dstore/v1/wrap', vaultId, sealId))
    .setAuthTag(wrapped.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(wrapped.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    throw new SealBroken('the wrapped key does not verify');
  }
}

function derive(key: Uint8Array, info: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', createSecretKey(key), Buffer.alloc(0), info, 32));
}

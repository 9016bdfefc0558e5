import { blake3 } from '@napi-rs/blake-hash';

/** A shard of a full stripe: one segment. No shard is larger. */
export const maxShardBytes = 1 << 20;
const stepBytes = 64;

/** BLAKE3 of a shard's bytes, 32 bytes in lower-case hexadecimal. */
export function shardDigest(bytes: Uint8Array): string {
  return blake3(bytes).toString('hex');
}

/**
 * Bytes of each shard of a stripe of `length` bytes of ciphertext over `dataShards` shards: 1 MiB when the stripe is
 * full, else an even share rounded up to 64. Throws RangeError unless 0 < length <= dataShards MiB.
 */
export function shardSize(length: number, dataShards: number): number {
  if (!Number.isInteger(length) || length <= 0 || length > dataShards * maxShardBytes)
    throw new RangeError(`a stripe of ${dataShards} data shards can't hold ${length} bytes`);
  return Math.ceil(length / dataShards / stepBytes) * stepBytes;
}

// CIDv1, codec raw, multihash blake3 of 32 bytes: multiformats' table.
const cidPrefix = Buffer.of(0x01, 0x55, 0x1e, 0x20);
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** The CID of a shard with this digest: CIDv1, raw, blake3, in lower-case base32 without padding. */
export function cidOf(digest: string): string {
  const hash = Buffer.from(digest, 'hex');
  if (hash.length !== 32 || hash.toString('hex') !== digest)
    throw new RangeError('a digest is 32 bytes in lower-case hexadecimal');
  return `b${base32(Buffer.concat([cidPrefix, hash]))}`;
}

/** The digest that a CID names, or undefined for any other version, codec, hash or length, or any other spelling of it. */
export function digestOf(cid: string): string | undefined {
  const bytes = fromBase32(cid.slice(1));
  if (bytes.length !== cidPrefix.length + 32) return undefined;
  const digest = bytes.subarray(cidPrefix.length).toString('hex');
  return cidOf(digest) === cid ? digest : undefined;
}

/** RFC 4648 section 6, lower case, without padding. */
function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet.charAt((value >> (bits - 5)) & 31);
  }
  return bits === 0 ? text : text + alphabet.charAt((value << (5 - bits)) & 31);
}

/** Whole bytes of base32 text; letters outside the alphabet and left-over bits are for the caller to notice. */
function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const letter of text.slice(0, 64)) {
    value = ((value << 5) | Math.max(0, alphabet.indexOf(letter))) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >> bits) & 0xff);
  }
  return Buffer.from(bytes);
}

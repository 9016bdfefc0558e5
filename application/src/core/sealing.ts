import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

import { tuple } from '@dstore/chaincode/domain';

/** Ciphertext of every segment but the last; the first holds the header too. Tink's AES256_GCM_HKDF_1MB. */
export const segmentBytes = 1 << 20;
/** A sealed stream begins with its own length, a 32-byte salt and a 7-byte nonce prefix. */
export const headerBytes = 40;
/** What AES-GCM adds to each segment. */
export const tagBytes = 16;

const saltBytes = 32;
const noncePrefixBytes = 7;
const maxSegments = 2 ** 32;
// Larger outputs of `update` are mapped and faulted in page by page, which halves the speed.
const updateBytes = 32 << 10;

/** A sealed stream is not what its key, its associated data or its length say: damaged, cut, or another one. */
export class SealBroken extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SealBroken';
  }
}

/** T("dstore/v1/object", sealId, u64 index): what binds a sealed stream to its place in a version. */
export function associatedData(sealId: Uint8Array, index: number): Buffer {
  return tuple('dstore/v1/object', sealId, index);
}

/** Plaintext bytes that segment `index` takes. */
export function segmentCapacity(index: number): number {
  return segmentBytes - tagBytes - (index === 0 ? headerBytes : 0);
}

/** Segments of a sealed stream of so many plaintext bytes; an empty one has one. */
export function segmentCount(plainBytes: number): number {
  return Math.max(1, Math.ceil((plainBytes + headerBytes) / segmentCapacity(1)));
}

/** Bytes of the whole sealed stream, header and tags included. Inverse of {@link plainSize}. */
export function sealedSize(plainBytes: number): number {
  return headerBytes + plainBytes + segmentCount(plainBytes) * tagBytes;
}

/** Plaintext bytes in a sealed stream of this size; throws {@link SealBroken} for a size that no stream has. */
export function plainSize(sealedBytes: number): number {
  const segments = Math.ceil(sealedBytes / segmentBytes);
  const plainBytes = sealedBytes - headerBytes - segments * tagBytes;
  if (!Number.isSafeInteger(sealedBytes) || plainBytes < 0 || segmentCount(plainBytes) !== segments)
    throw new SealBroken(`no sealed stream has ${sealedBytes} bytes`);
  return plainBytes;
}

/** The segment that holds a byte of plaintext, and where in that segment's plaintext it lies. */
export function segmentOf(plainOffset: number): { readonly segment: number; readonly offset: number } {
  const shifted = plainOffset + headerBytes;
  const segment = Math.floor(shifted / segmentCapacity(1));
  return { segment, offset: segment === 0 ? plainOffset : shifted - segment * segmentCapacity(1) };
}

/**
 * Where segment `index` lies in a sealed stream: `start` inclusive, `end` exclusive, tag included, and whether it is
 * the last. Segment 0 starts behind the header. Throws RangeError for a segment that the stream does not have.
 */
export function segmentRange(
  index: number,
  sealedBytes: number,
): { readonly start: number; readonly end: number; readonly last: boolean } {
  const count = segmentCount(plainSize(sealedBytes));
  if (!Number.isInteger(index) || index < 0 || index >= count)
    throw new RangeError(`the stream has ${count} segments, not one numbered ${index}`);
  const start = index === 0 ? headerBytes : index * segmentBytes;
  return { start, end: Math.min((index + 1) * segmentBytes, sealedBytes), last: index === count - 1 };
}

/** What a sealed stream is made with. Salt, nonce prefix and object key are fresh random bytes for every stream. */
export interface Sealing {
  readonly objectKey: Uint8Array;
  readonly salt: Uint8Array;
  readonly noncePrefix: Uint8Array;
  readonly associatedData: Uint8Array;
}

/** Seals segments of one stream. */
export interface Sealer {
  readonly header: Buffer;
  /**
   * Ciphertext and tag of a segment. Segments come in ascending order, each once: a nonce must never meet a second
   * plaintext. All but the last are full. Throws RangeError otherwise.
   */
  seal(index: number, plaintext: Uint8Array, last: boolean): Buffer;
  /** The same into the start of `target`, which may be shared memory; answers how many bytes it wrote. */
  sealInto(target: Uint8Array, index: number, plaintext: Uint8Array, last: boolean): number;
}

/** The first bytes of a stream that is sealed with these. */
export function headerOf({ salt, noncePrefix }: Pick<Sealing, 'salt' | 'noncePrefix'>): Buffer {
  return Buffer.concat([Buffer.of(headerBytes), salt, noncePrefix]);
}

/** A sealer of one stream; throws RangeError when a part of {@link Sealing} has the wrong length. */
export function createSealer(sealing: Sealing): Sealer {
  const { objectKey, salt, noncePrefix } = sealing;
  if (objectKey.length !== 32 || salt.length !== saltBytes || noncePrefix.length !== noncePrefixBytes)
    throw new RangeError('sealing takes a 32-byte key, a 32-byte salt and a 7-byte nonce prefix');
  const key = streamKey(objectKey, salt, sealing.associatedData);
  let next = 0;
  const sealer: Sealer = {
    header: headerOf(sealing),
    seal(index, plaintext, last) {
      const sealed = Buffer.allocUnsafe(plaintext.length + tagBytes);
      sealer.sealInto(sealed, index, plaintext, last);
      return sealed;
    },
    sealInto(target, index, plaintext, last) {
      if (index < next) throw new RangeError(`segment ${index} is sealed, or one behind it`);
      if (!fits(index, plaintext.length, last))
        throw new RangeError(`segment ${index} can't be ${plaintext.length} bytes long`);
      next = last ? Infinity : index + 1;
      const cipher = createCipheriv('aes-256-gcm', key, nonce(noncePrefix, index, last));
      updateInto(target, cipher, plaintext);
      cipher.final();
      target.set(cipher.getAuthTag(), plaintext.length);
      return plaintext.length + tagBytes;
    },
  };
  return sealer;
}

/** What a sealed stream is opened with; `header` are its first 40 bytes. */
export interface Opening {
  readonly objectKey: Uint8Array;
  readonly header: Uint8Array;
  readonly associatedData: Uint8Array;
}

/** Opens segments of one stream, in any order. */
export interface Opener {
  /** Plaintext of a segment, after its tag verified; throws {@link SealBroken} when it does not. */
  open(index: number, ciphertext: Uint8Array, last: boolean): Buffer;
  /** The same into the start of `target`, zeroed again when the tag does not verify; answers how many bytes it wrote. */
  openInto(target: Uint8Array, index: number, ciphertext: Uint8Array, last: boolean): number;
}

/** An opener of one stream; throws {@link SealBroken} when the header is none. */
export function createOpener({ objectKey, header, associatedData }: Opening): Opener {
  if (header.length !== headerBytes || header[0] !== headerBytes)
    throw new SealBroken('the header is not that of a sealed stream');
  const key = streamKey(objectKey, header.subarray(1, 1 + saltBytes), associatedData);
  const noncePrefix = Buffer.from(header.subarray(1 + saltBytes));
  const opener: Opener = {
    open(index, ciphertext, last) {
      const plaintext = Buffer.allocUnsafe(Math.max(0, ciphertext.length - tagBytes));
      opener.openInto(plaintext, index, ciphertext, last);
      return plaintext;
    },
    openInto(target, index, ciphertext, last) {
      const length = ciphertext.length - tagBytes;
      if (!fits(index, length, last))
        throw new SealBroken(`segment ${index} can't be ${ciphertext.length} bytes long`);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce(noncePrefix, index, last));
      decipher.setAuthTag(ciphertext.subarray(length));
      updateInto(target, decipher, ciphertext.subarray(0, length));
      try {
        decipher.final();
      } catch {
        target.subarray(0, length).fill(0);
        throw new SealBroken(`segment ${index} does not verify`);
      }
      return length;
    },
  };
  return opener;
}

/** A key object: Node takes four times as long for each cipher that is given bytes. */
function streamKey(objectKey: Uint8Array, salt: Uint8Array, info: Uint8Array): KeyObject {
  const key = createSecretKey(objectKey);
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, salt, info, 32)));
}

function nonce(prefix: Uint8Array, index: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.set(prefix);
  bytes.writeUInt32BE(index, noncePrefixBytes);
  bytes.writeUInt8(last ? 1 : 0, 11);
  return bytes;
}

/** Whether a segment may have so much plaintext: full ones, a last one that holds something, or all of an empty object. */
function fits(index: number, length: number, last: boolean): boolean {
  if (!Number.isInteger(index) || index < 0 || index >= maxSegments) return false;
  const capacity = segmentCapacity(index);
  if (!last) return length === capacity;
  return length <= capacity && length >= (index === 0 ? 0 : 1);
}

function updateInto(
  target: Uint8Array,
  cipher: { update(data: Uint8Array): Buffer },
  source: Uint8Array,
): void {
  for (let at = 0; at < source.length; at += updateBytes)
    target.set(cipher.update(source.subarray(at, at + updateBytes)), at);
}

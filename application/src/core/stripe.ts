import { encode } from './erasure.js';
import { shardDigest, shardSize } from './shard.js';

/** A shard ready to be stored. */
export interface EncodedShard {
  readonly index: number;
  readonly digest: string;
  readonly bytes: Buffer;
}

/** A stripe cut, padded, coded and digested. */
export interface EncodedStripe {
  readonly length: number;
  readonly shardSize: number;
  readonly shards: readonly EncodedShard[];
}

/** Bytes of padding that a stripe of this length needs. */
export function paddingBytes(length: number, dataShards: number): number {
  return shardSize(length, dataShards) * dataShards - length;
}

/**
 * Cuts `pieces` (together `length` bytes) evenly into data shards, fills up with `padding`, which must be random so that
 * no two shards of the world are equal, adds parity and names every shard by its digest.
 */
export function encodeStripe(
  pieces: readonly Uint8Array[],
  geometry: { dataShards: number; parityShards: number },
  padding: Uint8Array,
): EncodedStripe {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const size = shardSize(length, geometry.dataShards);
  const whole = pieces.every((piece) => piece.length === size) && pieces.length === geometry.dataShards;
  const data = whole
    ? pieces.map((piece) => toBuffer(piece))
    : cut(Buffer.concat([...pieces, padding]), size);
  if (data.length !== geometry.dataShards) throw new RangeError('the padding does not fill the stripe');
  const shards = [...data, ...encode(data, geometry.parityShards)];
  return {
    length,
    shardSize: size,
    shards: shards.map((bytes, index) => ({ index, digest: shardDigest(bytes), bytes })),
  };
}

function toBuffer(piece: Uint8Array): Buffer {
  return Buffer.from(piece.buffer, piece.byteOffset, piece.length);
}

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

/** The data shards that hold bytes [offset, offset + length) of a stripe, with the range in each. */
export function shardRuns(
  offset: number,
  length: number,
  size: number,
): { index: number; start: number; end: number }[] {
  const first = Math.floor(offset / size);
  const last = Math.floor((offset + length - 1) / size);
  return Array.from({ length: length === 0 ? 0 : last - first + 1 }, (_, step) => {
    const index = first + step;
    return {
      index,
      start: Math.max(0, offset - index * size),
      end: Math.min(size, offset + length - index * size),
    };
  });
}

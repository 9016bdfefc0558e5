import { codingMatrix, invert, type Matrix, product } from './galois.js';
import { linear } from './galois-linear.js';

/**
 * Parity shards of data shards of one length: Reed-Solomon over GF(2^8), polynomial 0x11d, Vandermonde matrix made
 * systematic, byte-equal to Backblaze, klauspost and reed-solomon-erasure.
 * Throws RangeError for shards of several lengths, no data, or more than 255 shards.
 */
export function encode(data: readonly Uint8Array[], parityCount: number): Buffer[] {
  const matrix = codingMatrix(data.length, parityCount);
  return linear(matrix.slice(data.length), data, evenLength(data));
}

/**
 * The wanted shards, in the order they are asked for, from any `dataCount` of all. `shards` holds the stripe by index
 * with undefined for what is missing; the first that are there are read. Nothing tells here whether their bytes are
 * right. Throws RangeError when fewer than `dataCount` are there, or they are of several lengths.
 */
export function reconstruct(
  shards: readonly (Uint8Array | undefined)[],
  dataCount: number,
  parityCount: number,
  wanted: readonly number[],
): Buffer[] {
  const matrix = codingMatrix(dataCount, parityCount);
  const present = [...shards.slice(0, matrix.length).entries()]
    .flatMap(([index, bytes]) => (bytes === undefined ? [] : [{ index, bytes }]))
    .slice(0, dataCount);
  if (present.length < dataCount)
    throw new RangeError(`${dataCount} shards are needed and ${present.length} are there`);
  const sources = present.map(({ bytes }) => bytes);
  const inverse = invert(present.map(({ index }) => rowOf(matrix, index)));
  const rows = product(
    wanted.map((index) => rowOf(matrix, index)),
    inverse,
  );
  return linear(rows, sources, evenLength(sources));
}

function rowOf(matrix: Matrix, index: number): Uint8Array {
  const row = matrix[index];
  if (row === undefined) throw new RangeError(`a stripe of ${matrix.length} shards has no shard ${index}`);
  return row;
}

function evenLength(shards: readonly Uint8Array[]): number {
  const length = shards[0]?.length ?? 0;
  if (shards.some((shard) => shard.length !== length)) throw new RangeError('shards differ in length');
  return length;
}

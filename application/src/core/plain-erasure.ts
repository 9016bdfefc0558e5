import { codingMatrix, recoveryMatrix } from './galois.js';
import { linear } from './galois-linear.js';

/**
 * The erasure code in plain TypeScript: what {@link encode} of erasure.ts must equal byte for byte, and what runs where
 * the engine has no vectors. Throws RangeError as that does.
 */
export function encodePlainly(data: readonly Uint8Array[], parityCount: number): Buffer[] {
  const matrix = codingMatrix(data.length, parityCount);
  return linear(matrix.slice(data.length), data, evenLength(data));
}

/** What reconstruct of erasure.ts must equal byte for byte. */
export function reconstructPlainly(
  shards: readonly (Uint8Array | undefined)[],
  dataCount: number,
  parityCount: number,
  wanted: readonly number[],
): Buffer[] {
  const present = presentIndices(shards, dataCount + parityCount);
  const rows = recoveryMatrix(dataCount, parityCount, present, wanted);
  const sources = present.slice(0, dataCount).map((index) => shards[index] as Uint8Array);
  return linear(rows, sources, evenLength(sources));
}

/** Indices below `total` at which there is a shard. */
export function presentIndices(shards: readonly (Uint8Array | undefined)[], total: number): number[] {
  return [...shards.slice(0, total).entries()].flatMap(([index, bytes]) =>
    bytes === undefined ? [] : [index],
  );
}

/** The one length of all shards; throws RangeError when they differ. */
export function evenLength(shards: readonly Uint8Array[]): number {
  const length = shards[0]?.length ?? 0;
  if (shards.some((shard) => shard.length !== length)) throw new RangeError('shards differ in length');
  return length;
}

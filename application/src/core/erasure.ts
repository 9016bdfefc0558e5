import { ErasureKernel } from './erasure-kernel.js';
import type { Geometry } from './geometry.js';
import { codingMatrix, recoveryMatrix } from './galois.js';
import { engineKind } from './kernel-engine.js';
import { encodePlainly, evenLength, presentIndices, reconstructPlainly } from './plain-erasure.js';
import { stripeLayout } from './stripe-layout.js';

// What a slice of a narrow stripe takes fits in the second cache, so that copying it in and out costs little.
const sliceBytes = 16 << 10;

/**
 * Parity shards of data shards of one length: Reed-Solomon over GF(2^8), polynomial 0x11d, Vandermonde matrix made
 * systematic, byte-equal to Backblaze, klauspost and reed-solomon-erasure.
 * Throws RangeError for shards of several lengths, no data, or more than 255 shards.
 */
export function encode(data: readonly Uint8Array[], parityCount: number): Buffer[] {
  codingMatrix(data.length, parityCount);
  if (engineKind === 'plain') return encodePlainly(data, parityCount);
  const geometry = { dataShards: data.length, parityShards: parityCount };
  const parity = Array.from({ length: parityCount }, (_, at) => data.length + at);
  const sources = data.map((bytes, index) => ({ index, bytes }));
  return inSlices(geometry, sources, parity, (kernel, length) => kernel.encode(length));
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
  if (engineKind === 'plain') return reconstructPlainly(shards, dataCount, parityCount, wanted);
  const geometry = { dataShards: dataCount, parityShards: parityCount };
  const present = presentIndices(shards, dataCount + parityCount).slice(0, dataCount);
  // Refuses what can't be done before anything is copied.
  recoveryMatrix(dataCount, parityCount, present, wanted);
  const sources = present.map((index) => ({ index, bytes: shards[index] as Uint8Array }));
  return inSlices(geometry, sources, wanted, (kernel, length) => kernel.reconstruct(present, wanted, length));
}

interface Source {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** Takes the sources through a small kernel slice by slice, and copies out what is wanted. */
function inSlices(
  geometry: Geometry,
  sources: readonly Source[],
  wanted: readonly number[],
  work: (kernel: ErasureKernel, length: number) => void,
): Buffer[] {
  const length = evenLength(sources.map(({ bytes }) => bytes));
  const results = wanted.map(() => Buffer.allocUnsafe(length));
  if (wanted.length === 0) return results;
  const kernel = kernelFor(geometry);
  for (let at = 0; at < length; at += sliceBytes) {
    for (const { index, bytes } of sources) kernel.shard(index).set(bytes.subarray(at, at + sliceBytes));
    const part = Math.min(sliceBytes, length - at);
    work(kernel, part);
    wanted.forEach((index, place) => results[place]?.set(kernel.shard(index).subarray(0, part), at));
  }
  return results;
}

let last: ErasureKernel | undefined;

/** One kernel at a time is kept: an owner has few geometries, and they seldom alternate. */
function kernelFor(geometry: Geometry): ErasureKernel {
  const { dataShards, parityShards } = geometry;
  if (last?.layout.dataShards !== dataShards || last.layout.parityShards !== parityShards)
    last = new ErasureKernel(stripeLayout(geometry, sliceBytes));
  return last;
}

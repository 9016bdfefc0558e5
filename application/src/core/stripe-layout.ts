import type { Geometry } from './geometry.js';

/** Where things lie in a kernel's memory; all are byte addresses, and multiples of 64. */
export interface StripeLayout extends Geometry {
  readonly shardSizeBytes: number;
  /** Bytes from one shard to the next. */
  readonly strideBytes: number;
  /** Addresses of the inputs and the outputs of a pass, 32 bits each. */
  readonly listsAt: number;
  readonly tablesAt: number;
  readonly shardsAt: number;
  /** Room for plaintext: as much as the data shards hold. */
  readonly roomAt: number;
  readonly roomBytes: number;
  /** Bytes of memory that all of it takes. */
  readonly totalBytes: number;
}

/** The kernel takes this many bytes at a step; sizes of shards of the protocol are multiples of it. */
export const stepBytes = 64;
// Shards a power of two apart fall into the same sets of the caches and evict each other.
const staggerBytes = 69 * stepBytes;
const listBytes = 4 * 256;

/** Bytes of the two look-up tables of one factor. */
export const pairBytes = 32;

/** Rounds up to whole steps. */
export function wholeSteps(bytes: number): number {
  return Math.ceil(bytes / stepBytes) * stepBytes;
}

/** How a stripe of shards of so many bytes lies in memory, with or without room for the plaintext. */
export function stripeLayout(geometry: Geometry, shardSizeBytes: number, withRoom = false): StripeLayout {
  const { dataShards, parityShards } = geometry;
  const strideBytes = wholeSteps(shardSizeBytes) + staggerBytes;
  const tablesAt = 2 * listBytes;
  const shardsAt = wholeSteps(tablesAt + dataShards * parityShards * pairBytes);
  const roomAt = shardsAt + (dataShards + parityShards) * strideBytes;
  const roomBytes = withRoom ? dataShards * shardSizeBytes : 0;
  const totalBytes = roomAt + wholeSteps(roomBytes);
  return {
    dataShards,
    parityShards,
    shardSizeBytes,
    strideBytes,
    listsAt: 0,
    tablesAt,
    shardsAt,
    roomAt,
    roomBytes,
    totalBytes,
  };
}

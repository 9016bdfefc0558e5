import type { PlacedShard, PlacedStripe } from '@dstore/application/core/health.js';

/** A shard at `index` of a stripe, on disk `d<n>` under lease `l<n>`. */
export function shardOn(stripeId: string, index: number, disk: number): PlacedShard {
  return { index, digest: `${stripeId}-${index}`, leaseId: `l${disk}`, diskId: `d${disk}` };
}

/** A (k, m) stripe whose shard i lies on the i-th of the given disks; undefined for one never placed. */
export function stripeOn(
  stripeId: string,
  [dataShards, parityShards]: readonly [number, number],
  disks: readonly (number | undefined)[],
  change: Partial<PlacedStripe> = {},
): PlacedStripe {
  const shards = disks.flatMap((disk, index) => (disk === undefined ? [] : [shardOn(stripeId, index, disk)]));
  return {
    stripeId,
    dataShards,
    parityShards,
    shardSizeBytes: 1 << 20,
    holdsEntry: false,
    shards,
    ...change,
  };
}

import type { CatalogDelta, Locator, Stripe, StructureDelta } from '@dstore/application/core/delta.js';

const id = (at: number) => at.toString(16).padStart(32, '0');

/** A stripe of so many shards. */
export function stripeOfMany(at: number, shards: number): Stripe {
  const one = (index: number) => ({
    index,
    digest: id(at).repeat(2),
    leaseId: id(index),
    diskId: `disk-of-the-consortium-${index}`,
  });
  return {
    stripeId: id(at),
    dataShards: shards - 1,
    parityShards: 1,
    length: 900,
    shardSize: 960,
    shards: Array.from({ length: shards }, (_, index) => one(index)),
  };
}

/** Where the entries of a flush lie: in so many stripes. */
export function locatorIn(revision: bigint, stripes: readonly Stripe[]): Locator {
  const extents = stripes.map(({ stripeId }) => ({ stripeId, offset: 0, length: 400 }));
  const stream = { sealedBytes: 400 * stripes.length, extents };
  return { revision, generation: 0n, catalog: stream, structure: stream, stripes };
}

/** The catalog's half of a flush with a version in it. */
export const catalogDelta: CatalogDelta = {
  format: 1,
  revision: 7n,
  buckets: [{ bucket: 'photos', dataShards: 2, parityShards: 1, versions: 'keep', created: 5 }],
  droppedBuckets: ['old'],
  versions: [
    {
      versionId: id(1),
      bucket: 'photos',
      key: 'ä/\u{1F600}',
      bytes: 3,
      modified: 6,
      marker: 'no',
      headers: [['content-type', 'image/png']],
      metadata: [],
      streams: [
        {
          sealId: id(2),
          wrappedKey: 'AAAA',
          plainBytes: 3,
          sealedBytes: 59,
          extents: [{ stripeId: id(3), offset: 0, length: 59 }],
        },
      ],
    },
  ],
  droppedVersions: [id(4)],
};

/** The structure's half of that flush. */
export const structureDelta: StructureDelta = {
  format: 1,
  revision: 7n,
  stripes: [stripeOfMany(3, 3)],
  droppedStripes: [id(5)],
  moves: [{ stripeId: id(6), shard: { index: 1, digest: '0a'.repeat(32), leaseId: id(7), diskId: 'd7' } }],
  droppedLeases: [id(8)],
  leases: [
    {
      leaseId: id(7),
      diskId: 'd7',
      revision: 3n,
      steps: [{ remove: 2 }, { append: { stripeId: id(6), index: 1 } }],
    },
  ],
  previous: locatorIn(6n, [stripeOfMany(9, 3)]),
};

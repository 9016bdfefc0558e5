import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import { Denial } from '@dstore/application/ports/fault.js';
import { sortChanges } from '@dstore/application/use-cases/sort-changes.js';
import type { VaultChange } from '@dstore/application/use-cases/vault-change.js';
import assert from 'node:assert/strict';

import { bucketOf } from '../../conformance/catalog-flushes.js';
import { locatorIn, stripeOfMany } from '../core/entries-of-tests.js';

const id = (name: string) => Buffer.from(name).toString('hex').padStart(32, '0');
const version = (name: string, bucket: string, key: string, marker: 'no' | 'yes' = 'no') => ({
  ...{ versionId: id(name), bucket, key, bytes: 0, modified: 1, marker },
  ...{ headers: [], metadata: [], streams: [] },
});

/** A catalog with an object in a bucket that keeps versions, and in one that does not; and a deleted one. */
function catalogOfTwo(): SqliteCatalog {
  const catalog = new SqliteCatalog(':memory:');
  const latest = { ...bucketOf('latest'), versions: 'latest' as const };
  catalog.apply({
    catalog: {
      ...{ format: 1, revision: 1n, droppedBuckets: [], droppedVersions: [] },
      buckets: [bucketOf('kept'), latest, bucketOf('empty')],
      versions: [
        version('old', 'kept', 'k'),
        version('new', 'kept', 'k'),
        version('was', 'kept', 'gone'),
        version('mark', 'kept', 'gone', 'yes'),
        version('one', 'latest', 'k'),
      ],
    },
    structure: {
      ...{ format: 1, revision: 1n, droppedStripes: [], moves: [], droppedLeases: [], leases: [] },
      stripes: [stripeOfMany(1, 3)],
    },
    locator: locatorIn(1n, [stripeOfMany(2, 3)]),
  });
  return catalog;
}

const put = (bucket: string, key: string, conditions = {}): VaultChange => {
  const { versionId, bytes, modified, headers, metadata } = version('put', bucket, key);
  const rest = { versionId, bucket, key, bytes, modified, headers, metadata };
  const geometry = { dataShards: 2, parityShards: 1 };
  return { kind: 'put', version: rest, streams: [], stripes: [], geometry, conditions };
};
const remove = (bucket: string, key: string, versionId?: string, conditions = {}): VaultChange => ({
  ...{ kind: 'delete', bucket, key, versionId, markerId: id('marker'), modified: 9, conditions },
});
const sorted = (...changes: VaultChange[]) =>
  sortChanges(
    changes.map((change) => ({ change })),
    catalogOfTwo(),
  );
const code = (change: VaultChange) => {
  const { denied, accepted } = sorted(change);
  assert.equal(denied.length + accepted.length, 1);
  return denied[0]?.[1].code;
};

describe('sorting changes', () => {
  it('lets an overwrite drop the old version in a bucket of latest ones only', () => {
    const one = sorted(put('latest', 'k'));
    assert.deepEqual(one.droppedVersions, [id('one')]);
    assert.deepEqual([...one.replaced.values()], [id('one')]);
    const other = sorted(put('kept', 'k'));
    assert.deepEqual(other.droppedVersions, []);
    assert.deepEqual([...other.replaced.values()], [id('new')]);
    assert.deepEqual([...sorted(put('kept', 'gone')).replaced.values()], []);
  });

  it('S-15 judges conditions by what is visible, a marker being nothing', () => {
    assert.equal(code(put('kept', 'k', { ifNoneMatch: '*' })), 'precondition-failed');
    assert.equal(code(put('kept', 'gone', { ifNoneMatch: '*' })), undefined);
    assert.equal(code(put('kept', 'k', { ifMatch: [id('old')] })), 'precondition-failed');
    assert.equal(code(put('kept', 'k', { ifMatch: [id('new')] })), undefined);
    assert.equal(code(remove('kept', 'k', undefined, { ifMatch: [id('old')] })), 'precondition-failed');
  });

  it('leaves a marker where versions are kept, unless one version is named', () => {
    const marked = sorted(remove('kept', 'k'));
    assert.deepEqual(
      marked.markers.map(({ versionId, marker, key }) => [versionId, marker, key]),
      [[id('marker'), 'yes', 'k']],
    );
    assert.deepEqual(marked.droppedVersions, []);
    assert.deepEqual(sorted(remove('kept', 'k', id('old'))).droppedVersions, [id('old')]);
    assert.deepEqual(sorted(remove('latest', 'k')).droppedVersions, [id('one')]);
  });

  it('denies what names nothing that is there', () => {
    assert.equal(code(put('none', 'k')), 'bucket-unknown');
    assert.equal(code(remove('none', 'k')), 'bucket-unknown');
    assert.equal(code(remove('kept', 'none')), 'object-unknown');
    assert.equal(code(remove('kept', 'gone')), 'object-unknown');
    assert.equal(code(remove('kept', 'k', id('was'))), 'version-unknown');
    assert.equal(code(remove('latest', 'k', id('old'))), 'version-unknown');
    assert.equal(code({ kind: 'bucket', bucket: bucketOf('none'), create: false }), 'bucket-unknown');
    assert.equal(code({ kind: 'bucket', bucket: bucketOf('kept'), create: true }), 'bucket-exists');
    assert.equal(code({ kind: 'drop-bucket', bucket: 'none' }), 'bucket-unknown');
    assert.equal(code({ kind: 'drop-bucket', bucket: 'kept' }), 'bucket-not-empty');
    assert.deepEqual(sorted({ kind: 'drop-bucket', bucket: 'empty' }).droppedBuckets, ['empty']);
  });

  it('S-15 lets the first of two creators win and leaves the second for the next flush', () => {
    const race = put('kept', 'new', { ifNoneMatch: '*' });
    const { accepted, later } = sorted(race, race, put('kept', 'other'));
    assert.deepEqual([accepted.length, later.length], [2, 1]);
  });

  it('goes on after a denied change of the same name', () => {
    const { denied, puts } = sorted(put('kept', 'k', { ifNoneMatch: '*' }), put('kept', 'k'));
    assert.deepEqual([denied.length, puts.length], [1, 1]);
    assert.ok(denied[0]?.[1] instanceof Denial);
  });

  it('lets a bucket be dropped or changed in no flush that changes its objects, whichever came first', () => {
    const drop: VaultChange = { kind: 'drop-bucket', bucket: 'empty' };
    const change: VaultChange = { kind: 'bucket', bucket: bucketOf('empty'), create: false };
    const others: readonly VaultChange[] = [put('empty', 'k'), drop, change];
    for (const one of [drop, change]) {
      for (const other of others) {
        assert.deepEqual(sorted(one, other).later, [{ change: other }]);
        assert.deepEqual(sorted(other, one).later, [{ change: one }]);
      }
      assert.deepEqual(
        sorted(one, put('kept', 'k'), remove('latest', 'k')).later,
        [],
        'others need not wait',
      );
    }
    const { accepted } = sorted(change, remove('empty', 'none'), put('empty', 'k'));
    assert.deepEqual(accepted, [{ change }]);
  });

  it('A-136 drops moves of stripes that are gone and of shards that lie elsewhere by now', () => {
    const { stripeId, shards } = stripeOfMany(1, 3);
    const to = { leaseId: id('to'), diskId: 'to' };
    const [shard] = shards;
    assert.ok(shard);
    const move = { stripeId, index: 0, digest: shard.digest, sizeBytes: 960, from: shard.leaseId, to };
    const moves = [
      move,
      { ...move, stripeId: id('gone') },
      { ...move, from: id('another') },
      { ...move, digest: 'ab'.repeat(32) },
    ];
    assert.deepEqual(sorted({ kind: 'moves', moves }).moves, [move]);
  });

  describe('of a bucket with a quota', () => {
    /** A hundred bytes and no more: sixty of them seen, ten hidden, a marker. */
    function catalogWithQuota(versions: 'keep' | 'latest', quotaBytes = 100): SqliteCatalog {
      const catalog = new SqliteCatalog(':memory:');
      const held = [
        { ...version('hidden', 'b', 'k'), bytes: 10 },
        { ...version('seen', 'b', 'k'), bytes: 60 },
        version('marker', 'b', 'gone', 'yes'),
      ];
      catalog.apply({
        catalog: {
          ...{ format: 1, revision: 1n, droppedBuckets: [], droppedVersions: [] },
          ...{ buckets: [{ ...bucketOf('b'), versions, quotaBytes }], versions: held },
        },
        structure: {
          ...{ format: 1, revision: 1n, droppedStripes: [], moves: [], droppedLeases: [], leases: [] },
          stripes: [],
        },
        locator: locatorIn(1n, [stripeOfMany(2, 3)]),
      });
      return catalog;
    }
    const putOf = (key: string, bytes: number): VaultChange => {
      const change = put('b', key);
      return change.kind === 'put' ? { ...change, version: { ...change.version, bytes } } : change;
    };
    const codes = (catalog: SqliteCatalog, ...changes: VaultChange[]) => {
      const items = changes.map((change) => ({ change }));
      const { denied, later } = sortChanges(items, catalog);
      assert.deepEqual(later, []);
      return items.map((item) => denied.find(([one]) => one === item)?.[1].code);
    };
    const full = 'quota-reached';

    it('takes what fills it to the last byte, and refuses one byte more', () => {
      assert.deepEqual(codes(catalogWithQuota('keep'), putOf('new', 30)), [undefined]);
      assert.deepEqual(codes(catalogWithQuota('keep'), putOf('new', 31)), [full]);
      const { denied } = sortChanges([{ change: putOf('new', 31) }], catalogWithQuota('keep'));
      assert.deepEqual(denied[0]?.[1].facts, { quotaBytes: '100' });
    });

    it('counts puts of one flush together, and goes on with those that still fit', () => {
      const puts = [putOf('a', 20), putOf('b', 20), putOf('c', 10), putOf('d', 1), putOf('e', 0)];
      assert.deepEqual(codes(catalogWithQuota('keep'), ...puts), [
        undefined,
        full,
        undefined,
        full,
        undefined,
      ]);
    });

    it('has the room of what an overwrite or a removal of the same flush drops', () => {
      assert.deepEqual(codes(catalogWithQuota('latest'), putOf('k', 90), putOf('new', 1)), [undefined, full]);
      assert.deepEqual(codes(catalogWithQuota('latest'), putOf('k', 91)), [full]);
      assert.deepEqual(codes(catalogWithQuota('latest'), remove('b', 'k'), putOf('new', 90)), [
        undefined,
        undefined,
      ]);
      const hidden = remove('b', 'k', id('hidden'));
      assert.deepEqual(codes(catalogWithQuota('keep'), hidden, putOf('new', 40)), [undefined, undefined]);
    });

    it('keeps counting what is hidden: an overwrite or a marker frees nothing where versions stay', () => {
      assert.deepEqual(codes(catalogWithQuota('keep'), putOf('k', 31)), [full]);
      assert.deepEqual(codes(catalogWithQuota('keep'), remove('b', 'k'), putOf('new', 31)), [
        undefined,
        full,
      ]);
    });

    it('takes what makes it no larger where it holds more than it may', () => {
      assert.deepEqual(codes(catalogWithQuota('latest', 50), putOf('k', 60)), [undefined]);
      assert.deepEqual(codes(catalogWithQuota('latest', 50), putOf('k', 61)), [full]);
      assert.deepEqual(codes(catalogWithQuota('keep', 50), putOf('k', 0), putOf('new', 1)), [
        undefined,
        full,
      ]);
      assert.deepEqual(codes(catalogWithQuota('keep', 0), remove('b', 'k')), [undefined]);
    });
  });

  describe('of a compaction', () => {
    const { stripeId } = stripeOfMany(1, 3);
    const extent = { stripeId, offset: 0, length: 10 };
    const catalog = catalogOfTwo();
    const stream = {
      sealId: id('seal'),
      wrappedKey: 'AAAA',
      plainBytes: 10,
      sealedBytes: 10,
      extents: [extent],
    };
    catalog.apply({
      catalog: {
        ...{ format: 1, revision: 2n, buckets: [], droppedBuckets: [], droppedVersions: [] },
        versions: [{ ...version('moved', 'latest', 'moved'), streams: [stream] }],
      },
      structure: {
        ...{ format: 1, revision: 2n, droppedStripes: [], moves: [], droppedLeases: [], leases: [] },
        stripes: [],
      },
      locator: locatorIn(2n, [stripeOfMany(3, 3)]),
    });
    const piece = { versionId: id('moved'), extent, bytes: Buffer.alloc(10) };
    const compact = (...pieces: (typeof piece)[]): VaultChange => {
      return { kind: 'compact', pieces, geometry: { dataShards: 2, parityShards: 1 } };
    };
    const piecesOf = (...changes: VaultChange[]) =>
      sortChanges(
        changes.map((change) => ({ change })),
        catalog,
      ).compactions.flatMap(({ pieces }) => pieces);

    it('takes what still lies where it was read', () => {
      assert.deepEqual(piecesOf(compact(piece)), [piece]);
    });

    it('leaves out what has gone, and what lies elsewhere by now', () => {
      const elsewhere = { ...piece, extent: { ...extent, offset: 5 } };
      assert.deepEqual(piecesOf(compact({ ...piece, versionId: id('gone') }, elsewhere, piece)), [piece]);
    });

    it('leaves out what the same flush drops, whichever came first', () => {
      for (const change of [remove('latest', 'moved'), put('latest', 'moved')]) {
        assert.deepEqual(piecesOf(compact(piece), change), []);
        assert.deepEqual(piecesOf(change, compact(piece)), []);
      }
    });
  });
});

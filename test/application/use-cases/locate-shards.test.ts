import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import { Denial } from '@dstore/application/ports/fault.js';
import { ChangeBucket } from '@dstore/application/use-cases/change-bucket.js';
import { ExplainPlacement } from '@dstore/application/use-cases/explain-placement.js';
import { LocateShards } from '@dstore/application/use-cases/locate-shards.js';
import { MapStripes } from '@dstore/application/use-cases/map-stripes.js';
import { StatObject } from '@dstore/application/use-cases/stat-object.js';
import assert from 'node:assert/strict';

import { MemoryVault } from '../memory-vault.js';

const denial = (code: string) => (error: unknown) => error instanceof Denial && error.code === code;

/** A vault with an object of three stripes and one of a few bytes. */
async function begun() {
  const world = new MemoryVault('looks', 4);
  const catalog = new SqliteCatalog(':memory:');
  const opened = await world.open(catalog, 1000);
  const buckets = new ChangeBucket(opened.vault, opened.flush);
  await buckets.run('bucket', { geometry: world.geometry });
  const put = (key: string, bytes: number) =>
    opened.put.run({
      bucket: 'bucket',
      key,
      body: (async function* () {
        yield world.random.bytes(bytes);
      })(),
    });
  await put('large', 5 << 20);
  await put('small', 9);
  return { ...opened, catalog };
}

describe('looking at objects', () => {
  it('names the stripes of an object in the order of its bytes, with what may still be lost', async () => {
    const { vault, catalog } = await begun();
    const stripes = new LocateShards(vault).run({ bucket: 'bucket', key: 'large' });
    const extents = catalog.current('bucket', 'large')?.streams.flatMap((stream) => stream.extents) ?? [];
    assert.deepEqual(
      stripes.map(({ stripeId }) => stripeId),
      extents.map(({ stripeId }) => stripeId),
    );
    for (const { shards, margin } of stripes) assert.equal(margin, shards.length - 2);
    assert.equal(stripes.length, 3);
  });

  it('knows whose disk it is and where, as of the last look at the ledger', async () => {
    const { vault } = await begun();
    const locate = new LocateShards(vault);
    assert.deepEqual(locate.placeOf('d2'), { organization: 'Org2', site: 'site-org2' });
    assert.equal(locate.placeOf('none'), undefined);
  });

  it('says what an object is, and denies what is not there', async () => {
    const { vault, catalog } = await begun();
    const stat = new StatObject(vault);
    assert.deepEqual(stat.run({ bucket: 'bucket', key: 'small' }), catalog.current('bucket', 'small'));
    assert.throws(() => stat.run({ bucket: 'none', key: 'small' }), denial('bucket-unknown'));
    assert.throws(() => stat.run({ bucket: 'bucket', key: 'none' }), denial('object-unknown'));
    const versionId = catalog.current('bucket', 'large')?.versionId ?? '';
    assert.throws(() => stat.run({ bucket: 'bucket', key: 'small', versionId }), denial('version-unknown'));
    assert.equal(stat.run({ bucket: 'bucket', key: 'large', versionId }).bytes, 5 << 20);
  });

  it('maps every living stripe without names and keys, those of entries marked', async () => {
    const { catalog } = await begun();
    const map = new MapStripes(catalog);
    const found = [];
    for await (const stripe of map.stripes()) found.push(stripe);
    assert.deepEqual(
      found.map(({ stripeId, shards, shardSizeBytes }) => [stripeId, shards, shardSizeBytes]),
      [...catalog.stripes()].map(({ stripeId, shards, shardSize }) => [stripeId, shards, shardSize]),
    );
    assert.ok(found.some(({ holdsEntry }) => holdsEntry) && found.some(({ holdsEntry }) => !holdsEntry));
    const ids = found.map(({ stripeId }) => stripeId);
    assert.equal(await map.versionsIn(ids), 2, 'a version in many stripes counts once');
    assert.equal(await map.versionsIn([]), 0);
  });

  it('explains a placement disk by disk, and says what is missing where there is none', async () => {
    const { vault } = await begun();
    const explain = new ExplainPlacement(vault);
    const answer = explain.run('bucket', 100);
    assert.deepEqual(answer.disks.map(({ diskId }) => diskId).sort(), ['d1', 'd2', 'd3', 'd4']);
    assert.equal(explain.run('bucket', 0).disks.length, 4, 'an empty object has one segment');
    for (const diskId of ['d1', 'd2']) vault.noteFailure(diskId);
    assert.throws(
      () => explain.run('bucket', 1 << 30),
      (error) =>
        error instanceof Denial &&
        error.code === 'too-few-disks' &&
        /3 disks with/.test(error.message) &&
        error.facts['leftOut'] === 'd1 too-full, d2 too-full',
    );
    assert.throws(() => explain.run('none', 1), denial('bucket-unknown'));
  });
});

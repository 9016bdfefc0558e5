import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import { Denial } from '@dstore/application/ports/fault.js';
import { ChangeBucket } from '@dstore/application/use-cases/change-bucket.js';
import { DeleteObject } from '@dstore/application/use-cases/delete-object.js';
import assert from 'node:assert/strict';

import { MemoryVault, SeededRandom } from '../memory-vault.js';

const seed = process.env['SEED'] ?? '20264';
const geometry = { dataShards: 2, parityShards: 1 };

async function* body(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function opened(name: string, world = new MemoryVault(name)) {
  const catalog = new SqliteCatalog(':memory:');
  const { vault, flush, put } = await world.open(catalog, 1000);
  const deletes = new DeleteObject(vault, flush);
  const store = (bucket: string, key: string, size: number) =>
    put.run({ bucket, key, body: body(Buffer.alloc(size, 1)) });
  return { catalog, buckets: new ChangeBucket(vault, flush), deletes, store };
}

/** Whether it passed; anything but a no is a bug. */
async function passed(change: Promise<unknown>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    if (error instanceof Denial && ['quota-reached', 'object-unknown'].includes(error.code)) return false;
    throw error;
  }
}

/** What a bucket holds, counted version by version. */
function counted(catalog: SqliteCatalog, bucket: string) {
  const versions = catalog.list({ bucket, prefix: '', limit: 10_000, versions: true });
  return {
    objects: versions.filter(({ current, marker }) => current && marker === 'no').length,
    bytes: versions.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

describe('quotas of buckets', () => {
  it('are not passed by puts at once of which each alone would fit', async () => {
    const { catalog, buckets, store } = await opened('quota at once');
    await buckets.run('full', { geometry, quotaBytes: 1000 });
    const puts = Array.from({ length: 20 }, (_, at) => passed(store('full', `k${at}`, 300)));
    const fitted = (await Promise.all(puts)).filter((one) => one).length;
    assert.equal(fitted, 3);
    assert.deepEqual(catalog.bucketUsage('full'), { objects: 3, bytes: 900 });
    await store('full', 'last', 100);
    assert.equal(await passed(store('full', 'more', 1)), false);
  });

  it('are not passed by two gateways of which each knows less than the ledger', async () => {
    const world = new MemoryVault('quota of two');
    const one = await opened('', world);
    await one.buckets.run('full', { geometry, quotaBytes: 1000 });
    const other = await opened('', world);
    await one.store('full', 'a', 600);
    assert.equal(other.catalog.bucketUsage('full').bytes, 0);
    assert.equal(await passed(other.store('full', 'b', 600)), false);
    assert.equal(await passed(other.store('full', 'b', 400)), true);
    assert.equal(await passed(one.store('full', 'c', 1)), false);
    for (const { catalog } of [one, other])
      assert.deepEqual(catalog.bucketUsage('full'), { objects: 2, bytes: 1000 });
  });

  it('have room again after a removal and after an overwrite, and after a marker have not', async () => {
    const { catalog, buckets, deletes, store } = await opened('quota freed');
    await buckets.run('latest', { geometry, quotaBytes: 100 });
    await buckets.run('kept', { geometry, quotaBytes: 100, versions: 'keep' });
    for (const bucket of ['latest', 'kept']) {
      await store(bucket, 'k', 100);
      assert.equal(await passed(store(bucket, 'other', 1)), false);
      assert.equal(await passed(store(bucket, 'k', 60)), bucket === 'latest');
      await deletes.run({ bucket, key: 'k' });
      assert.equal(await passed(store(bucket, 'other', 100)), bucket === 'latest');
    }
    const [marker, hidden] = catalog.list({ bucket: 'kept', prefix: '', limit: 9, versions: true });
    assert.equal(marker?.marker, 'yes');
    await deletes.run({ bucket: 'kept', key: 'k', versionId: hidden?.versionId ?? '' });
    await store('kept', 'other', 100);
    assert.deepEqual(catalog.bucketUsage('kept'), { objects: 1, bytes: 100 });
  });

  it('that are set lower than what is there stop what grows, until they are taken away', async () => {
    const { catalog, buckets, store } = await opened('quota lowered');
    await buckets.run('full', { geometry });
    await store('full', 'k', 500);
    await buckets.amend('full', { quotaBytes: 100 }, {});
    assert.equal(await passed(store('full', 'other', 1)), false);
    assert.equal(await passed(store('full', 'k', 400)), true, 'it shrinks');
    assert.equal(await passed(store('full', 'k', 401)), false);
    await buckets.amend('full', { quotaBytes: null }, {});
    await store('full', 'k', 5000);
    assert.equal(catalog.bucketUsage('full').bytes, 5000);
  });

  it(`hold through a random history, and counts are those of a naive count (seed ${seed})`, async () => {
    const random = new SeededRandom(`quotas ${seed}`);
    const { catalog, buckets, deletes, store } = await opened(`quotas ${seed}`);
    const quotas = { latest: 2000, keep: 6000 };
    for (const versions of ['latest', 'keep'] as const)
      await buckets.run(versions, { geometry, versions, quotaBytes: quotas[versions] });
    let refused = 0;
    for (let turn = 0; turn < 30; turn += 1) {
      const changes = Array.from({ length: 1 + random.below(8) }, () => {
        const [bucket, key] = [random.below(2) === 0 ? 'latest' : 'keep', `k${random.below(6)}`];
        return passed(
          random.below(4) === 0 ? deletes.run({ bucket, key }) : store(bucket, key, random.below(700)),
        );
      });
      refused += (await Promise.all(changes)).filter((one) => !one).length;
      for (const versions of ['latest', 'keep'] as const) {
        assert.deepEqual(catalog.bucketUsage(versions), counted(catalog, versions));
        assert.ok(catalog.bucketUsage(versions).bytes <= quotas[versions]);
      }
    }
    assert.ok(refused > 10, 'the history reaches the quotas');
  });
});

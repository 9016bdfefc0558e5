import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import { bucketTag } from '@dstore/application/core/bucket-tag.js';
import { Denial } from '@dstore/application/ports/fault.js';
import { ChangeBucket, geometryForVault } from '@dstore/application/use-cases/change-bucket.js';
import { DeleteObject } from '@dstore/application/use-cases/delete-object.js';
import assert from 'node:assert/strict';

import { MemoryVault } from '../memory-vault.js';

async function* body(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function begun(disks = 4) {
  const world = new MemoryVault('buckets', disks);
  const catalog = new SqliteCatalog(':memory:');
  const opened = await world.open(catalog, 1000);
  const buckets = new ChangeBucket(opened.vault, opened.flush);
  return { world, catalog, buckets, ...opened, deletes: new DeleteObject(opened.vault, opened.flush) };
}

const denial = (code: string) => (error: unknown) => error instanceof Denial && error.code === code;

describe('changing buckets', () => {
  it('gives a new bucket the geometry that the disks allow, and the present as its time', async () => {
    const { buckets, catalog, world, vault } = await begun();
    const { bucket: made, txId } = await buckets.run('photos', {});
    assert.notEqual(txId, '');
    assert.deepEqual(made, {
      ...{ bucket: 'photos', dataShards: 2, parityShards: 2, versions: 'latest' },
      created: world.clock.now(),
    });
    assert.deepEqual(catalog.bucket('photos'), made);
    vault.means.catalog.close();
  });

  it('changes only what is said of one that is there', async () => {
    const { buckets, world } = await begun();
    const { bucket: made } = await buckets.run('photos', { versions: 'keep' });
    await world.clock.advance(1000);
    const geometry = { dataShards: 3, parityShards: 1 };
    assert.deepEqual((await buckets.run('photos', { geometry })).bucket, { ...made, ...geometry });
    await assert.rejects(buckets.run('photos', {}, true), denial('bucket-exists'));
  });

  it('makes a bucket once: as it is there it stays, without a transaction, and no other takes its name', async () => {
    const { buckets, catalog } = await begun();
    const wish = { versions: 'keep', quotaBytes: 1000, digests: ['sha-512', 'sha-256'] } as const;
    const { bucket: made, txId } = await buckets.make('photos', wish);
    assert.notEqual(txId, undefined);
    const revision = catalog.revision();
    for (const same of [
      wish,
      {},
      { versions: 'keep' },
      { geometry: { dataShards: 2, parityShards: 2 } },
    ] as const)
      assert.deepEqual(await buckets.make('photos', same), { bucket: made });
    for (const other of [
      { versions: 'latest' },
      { quotaBytes: 1001 },
      { quotaBytes: null },
      { digests: ['sha-256'] },
      { digests: null },
      { geometry: { dataShards: 3, parityShards: 1 } },
    ] as const)
      await assert.rejects(buckets.make('photos', other), denial('bucket-exists'));
    assert.equal(catalog.revision(), revision);
  });

  it('takes a quota for a bucket whose stripes have become wider than there are disks', async () => {
    const { buckets, catalog, vault } = await begun();
    const { bucket: made } = await buckets.run('photos', { geometry: { dataShards: 3, parityShards: 1 } });
    const [one] = vault.disks.keys();
    Object.defineProperty(vault, 'disks', { value: new Map([...vault.disks].filter(([id]) => id !== one)) });
    assert.deepEqual((await buckets.amend('photos', { quotaBytes: 5 }, {})).bucket, {
      ...made,
      quotaBytes: 5,
    });
    assert.deepEqual(await buckets.make('photos', {}), { bucket: catalog.bucket('photos') });
    await assert.rejects(
      buckets.amend('photos', { geometry: { dataShards: 2, parityShards: 2 } }, {}),
      denial('geometry-unsatisfiable'),
    );
  });

  it('keeps quota and digests that a wish does not name, and takes away what it says null of', async () => {
    const { buckets, catalog } = await begun();
    const limits = { quotaBytes: 1000, digests: ['sha-256', 'sha-512'] as const };
    const { bucket: made } = await buckets.run('photos', {
      quotaBytes: 1000,
      digests: ['sha-512', 'sha-256'],
    });
    assert.deepEqual({ quotaBytes: made.quotaBytes, digests: made.digests }, limits, 'in one order');
    const kept = { ...made, versions: 'keep' as const };
    assert.deepEqual((await buckets.run('photos', { versions: 'keep' })).bucket, kept);
    assert.deepEqual((await buckets.amend('photos', {}, {})).bucket, kept);
    const { bucket, dataShards, parityShards, versions, created } = kept;
    const bare = { bucket, dataShards, parityShards, versions, created };
    const limited = { ...bare, quotaBytes: 1000 };
    for (const digests of [null, []])
      assert.deepEqual((await buckets.amend('photos', { digests, quotaBytes: 1000 }, {})).bucket, limited);
    assert.deepEqual((await buckets.run('photos', { quotaBytes: null })).bucket, bare);
    assert.deepEqual(catalog.bucket('photos'), bare);
    assert.deepEqual((await buckets.amend('photos', { quotaBytes: 0 }, {})).bucket, {
      ...bare,
      quotaBytes: 0,
    });
  });

  it('names digests once that a wish names twice', async () => {
    const { buckets, catalog } = await begun();
    await buckets.run('photos', { digests: ['sha-256', 'sha-256'] });
    assert.deepEqual(catalog.bucket('photos')?.digests, ['sha-256']);
  });

  it('S-16 refuses names that are none, and takes the longest and shortest that are', async () => {
    const { buckets } = await begun();
    const likeHosts = ['192.168.0.1', '1.2.3.4', 'xn--bcher-kva'];
    for (const name of [
      '',
      'ab',
      'Abc',
      'a..b',
      '-ab',
      'ab-',
      'a/b',
      'a b',
      'ä12',
      '../x',
      'x'.repeat(64),
      ...likeHosts,
    ])
      await assert.rejects(buckets.run(name, {}), denial('name-malformed'), name);
    await buckets.run('abc', {});
    await buckets.run('x'.repeat(63), {});
    await buckets.run('1.2.3.4.5', {});
  });

  it('amends one that still is the one meant, once of two at a time', async () => {
    const { buckets, catalog } = await begun();
    const { bucket } = await buckets.run('photos', {});
    const ifMatch = [bucketTag(bucket)];
    const both = await Promise.allSettled([
      buckets.amend('photos', { versions: 'keep' }, { ifMatch }),
      buckets.amend('photos', { geometry: { dataShards: 2, parityShards: 1 } }, { ifMatch }),
    ]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    assert.ok(denial('precondition-failed')((both[1] as PromiseRejectedResult).reason));
    assert.deepEqual(catalog.bucket('photos'), { ...bucket, versions: 'keep' });
    await assert.rejects(buckets.amend('none', {}, {}), denial('bucket-unknown'));
    await assert.rejects(
      buckets.amend('photos', { geometry: { dataShards: 9, parityShards: 9 } }, { ifMatch: '*' }),
      denial('geometry-unsatisfiable'),
    );
  });

  it('refuses a geometry that no set of its disks can hold', async () => {
    const { buckets } = await begun();
    for (const [dataShards, parityShards] of [
      [4, 1],
      [0, 1],
      [1, -1],
      [1.5, 1],
    ] as const) {
      const wish = { geometry: { dataShards, parityShards } };
      await assert.rejects(buckets.run('photos', wish), denial('geometry-unsatisfiable'));
    }
  });

  it('asks only disks of active members for the geometry', async () => {
    const { world, vault } = await begun(3);
    assert.deepEqual([geometryForVault(vault).dataShards, geometryForVault(vault).parityShards], [2, 1]);
    for (const at of [1, 2, 3])
      world.rows.set('org', [`Org${at}`], { v: 1, msp: `Org${at}`, state: 'suspended' } as never);
    await vault.refresh();
    assert.throws(() => geometryForVault(vault), denial('too-few-disks'));
  });

  it('drops a bucket once nothing is in it, no marker either', async () => {
    const { buckets, put, deletes, catalog } = await begun();
    await buckets.run('kept', { versions: 'keep', geometry: { dataShards: 2, parityShards: 1 } });
    const { versionId } = await put.run({ bucket: 'kept', key: 'k', body: body('x') });
    await deletes.run({ bucket: 'kept', key: 'k' });
    await assert.rejects(buckets.drop('kept'), denial('bucket-not-empty'));
    const marker = catalog.current('kept', 'k')?.versionId ?? '';
    await deletes.run({ bucket: 'kept', key: 'k', versionId: marker });
    assert.equal(catalog.current('kept', 'k')?.versionId, versionId, 'without its marker it is back');
    await deletes.run({ bucket: 'kept', key: 'k', versionId });
    await buckets.drop('kept');
    assert.equal(catalog.bucket('kept'), undefined);
    await assert.rejects(buckets.drop('kept'), denial('bucket-unknown'));
  });
});

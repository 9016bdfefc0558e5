import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { SqliteLeaseBook } from '@dstore/application/adapters/sqlite/sqlite-lease-book.js';

import { ConsortiumOfTests, type OwnerOfTests } from '../application/consortium-of-tests.js';

/** A flush's entries lie in stripes of (2, 2): three shards less, and they are gone. */
describe('a vault that lost entries', () => {
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;
  const objects = new Map<string, Buffer>();

  beforeEach(async () => {
    consortium = await ConsortiumOfTests.open({ params: { challenges: 12 } });
    owner = await consortium.openOwner();
    await owner.makeBucket();
    objects.clear();
    for (const key of ['one', 'two', 'three', 'four']) {
      objects.set(key, randomBytes(2_500_000));
      await owner.put(key, objects.get(key) as Buffer);
    }
  });
  afterEach(async () => {
    await consortium.assertSupply();
    await consortium.close();
  });

  /** Removes so many shards of the stripes that hold a flush's entries. */
  const loseEntry = async (revision: bigint, shards: number) => {
    const locator = owner.open.vault.means.catalog.locator(revision);
    assert.ok(locator);
    for (const stripe of locator.stripes)
      for (const { diskId, digest } of stripe.shards.slice(0, shards))
        await consortium.provider(diskId).disk.remove(digest);
  };
  const close = async () => {
    consortium.forget(owner);
    await owner.open.close();
  };

  it('A-134 and has its catalog writes a checkpoint in their place, from which it is recovered whole', async () => {
    const revision = owner.open.vault.means.catalog.revision() - 2n;
    await loseEntry(revision, 3);
    for (const provider of consortium.providers) await provider.scrubDisk.run();
    const report = await owner.open.repairStripes.run();
    assert.ok(report.lost.length > 0);
    const { checkpoint, revision: at } = owner.open.vault.means.catalog.entryChain();
    assert.ok(checkpoint);
    assert.equal(at, revision + 3n);
    const again = await owner.open.repairStripes.run();
    assert.equal(owner.open.vault.means.catalog.revision(), at, `${again.lost.length} lost, written once`);
    await close();
    owner = await consortium.openOwner();
    for (const key of ['one', 'three', 'four']) assert.deepEqual(await owner.get(key), objects.get(key), key);
    await consortium.assertMirrors(owner);
  });

  it('A-134 and has no catalog stays closed, then is opened without them where the owner says so', async () => {
    const revision = owner.open.vault.means.catalog.revision() - 1n;
    await loseEntry(revision, 3);
    await close();
    await assert.rejects(consortium.openOwner(), { code: 'shards-unreachable' });
    owner = await consortium.openOwner({ acceptLoss: true });
    for (const key of ['one', 'two', 'four']) assert.deepEqual(await owner.get(key), objects.get(key), key);
    await assert.rejects(owner.get('three'), { code: 'object-unknown' });
    await owner.put('five', randomBytes(10_000));
    await consortium.assertMirrors(owner);
    await consortium.nextEpoch();
    await close();
    const keys = (one: OwnerOfTests) =>
      one.open.useCases.listObjects.run({ bucket: 'bucket', limit: 100 }).items.map(({ key }) => key);
    const before = owner;
    owner = await consortium.openOwner();
    assert.deepEqual(keys(owner), ['five', 'four', 'one', 'two']);
    assert.equal(before.log.lines.filter(({ level }) => level === 'error').length, 1);
    await owner.put('six', randomBytes(10_000));
    await consortium.assertMirrors(owner);
  });
});

describe('a provider that lost its lease book', () => {
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;

  before(async () => {
    consortium = await ConsortiumOfTests.open({ params: { challenges: 12 } });
    owner = await consortium.openOwner();
    await owner.makeBucket();
    await owner.put('object', randomBytes(3_000_000));
    await consortium.nextEpoch();
  });
  after(() => consortium?.close());

  it('F-100 goes on: it is paid for the same epoch, signs, and holds what the ledger names', async () => {
    const one = consortium.provider('d1');
    await owner.put('other', randomBytes(1_000_000));
    await one.followCommits.run();
    const former = one.book;
    one.book = new SqliteLeaseBook(':memory:');
    await one.restart();
    former.close();
    await consortium.assertMirrors(owner);
    const [verdict] = (await consortium.nextEpoch()).get('d1') ?? [];
    assert.equal(verdict?.verdict, 'proven');
    await owner.put('third', randomBytes(1_000_000));
    await consortium.assertMirrors(owner);
    const [next] = (await consortium.nextEpoch()).get('d1') ?? [];
    assert.equal(next?.paid, 100n);
    await consortium.assertNoResidue();
    await consortium.assertSupply();
  });
});

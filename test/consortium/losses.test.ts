import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { CallDefaults } from '@dstore/application/use-cases/call-defaults.js';
import { CollectEarnings } from '@dstore/application/use-cases/collect-earnings.js';

import { ConsortiumOfTests, creditsOf, type OwnerOfTests } from '../application/consortium-of-tests.js';
import type { ProviderOfTests } from '../application/provider-of-tests.js';

const due = 100n;
const collateral = 1000n;
const object = randomBytes(3_000_000);

/** I1 after every single block, by looking whenever a transaction is valid. */
function watchSupply(consortium: ConsortiumOfTests): void {
  for (const ledger of consortium.ledgers) ledger.onValid = () => consortium.assertSupply();
}

describe('a disk that lost a shard', () => {
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;
  let one: ProviderOfTests;

  before(async () => {
    consortium = await ConsortiumOfTests.open({ params: { challenges: 12 } });
    owner = await consortium.openOwner();
    await owner.makeBucket();
    await owner.put('object', object);
    await consortium.nextEpoch();
    one = consortium.provider('d1');
  });
  after(() => consortium?.close());
  afterEach(() => consortium.assertSupply());

  /** A data shard of the object on the first disk, or any other of it there. */
  const shardOn = ({ diskId }: ProviderOfTests): string => {
    const stripes = owner.open.useCases.locateShards.run({ bucket: 'bucket', key: 'object' });
    const shards = stripes.flatMap(({ shards: all }) => all).filter((shard) => shard.diskId === diskId);
    const [shard] = shards.sort((a, b) => a.index - b.index);
    assert.ok(shard);
    return shard.digest;
  };
  const margins = async () => (await owner.open.useCases.readHealth.run()).stripes;

  it('A-108 reports it, pays an epoch for it, rests unpaid, and is paid again once it was repaired and proven', async () => {
    const before = await owner.tab(one.diskId);
    await one.disk.remove(shardOn(one));
    assert.equal(await one.scrubDisk.run(), 1);
    const reported = await owner.tab(one.diskId);
    assert.equal(reported.collateral, before.collateral - due);
    assert.equal(reported.escrow, before.escrow + due);
    assert.deepEqual(
      reported.losses.map(({ digest }) => digest),
      [shardOn(one)],
    );
    assert.equal(await one.scrubDisk.run(), 0, 'each loss once');

    await consortium.nextEpoch();
    const unpaid = await owner.tab(one.diskId);
    assert.equal(unpaid.earned, before.earned);
    assert.deepEqual(await owner.get('object'), object);

    const report = await owner.open.repairStripes.run();
    assert.deepEqual(
      [report.restoredShards, report.movedShards, report.lost, report.unplaced],
      [1, 0, [], []],
    );
    const [verdict] = (await consortium.nextEpoch()).get(one.diskId) ?? [];
    assert.equal(verdict?.paid, due);
    const cured = await owner.tab(one.diskId);
    assert.deepEqual(cured.losses, []);
    assert.equal(cured.earned, before.earned + due);
    assert.equal((await margins()).complete, (await margins()).stripes);
  });

  it('F-12 A-19 hands out a rotten byte: the read is exact, the disk suspect, the shard put back', async () => {
    const two = consortium.provider('d2');
    const digest = shardOn(two);
    two.disk.rot(digest);
    assert.deepEqual(await owner.get('object'), object);
    const stripes = owner.open.useCases.locateShards.run({ bucket: 'bucket', key: 'object' });
    const read = stripes.some(({ shards, dataShards }) =>
      shards.some((shard) => shard.digest === digest && shard.index < dataShards),
    );
    const report = await owner.open.repairStripes.run();
    assert.equal(report.restoredShards, read ? 1 : 0, 'parity is not read');
    if (!read) {
      assert.equal(await two.scrubDisk.run(), 1);
      assert.equal((await owner.open.repairStripes.run()).restoredShards, 1);
    }
    assert.equal(await two.scrubDisk.run(), 0);
    const [verdict] = (await consortium.nextEpoch()).get(two.diskId) ?? [];
    assert.equal(verdict?.paid, due);
  });

  it('A-122 signs and drops before the commit: unpaid when drawn, no data lost, repaired', async () => {
    const three = consortium.provider('d3');
    three.behaves = (honest) => ({
      ...honest,
      signReceipt: async (request) => {
        const receipt = await honest.signReceipt(request);
        for (const change of request.changes)
          if (change.kind === 'append') await three.disk.remove(change.entry.digest);
        return receipt;
      },
    });
    const other = randomBytes(3_500_000);
    await owner.put('dropped', other);
    three.behaves = (honest) => honest;
    const { earned } = await owner.tab(three.diskId);
    assert.deepEqual((await consortium.nextEpoch()).get(three.diskId), []);
    assert.equal((await owner.tab(three.diskId)).earned, earned);
    assert.deepEqual(await owner.get('dropped'), other);
    await three.scrubDisk.run();
    await owner.open.repairStripes.run();
    assert.deepEqual((await owner.open.repairStripes.run()).lost, []);
    assert.equal((await consortium.nextEpoch()).get(three.diskId)?.[0]?.paid, due);
  });

  it('A-122 its honest twin, killed after it signed, still holds what the commit names', async () => {
    const four = consortium.provider('d4');
    owner.ledger.tap = async ({ pass }) => {
      owner.ledger.tap = undefined;
      await four.restart();
      return pass();
    };
    await owner.put('after a restart', object);
    await four.restart();
    await consortium.assertMirrors(owner);
    assert.equal((await consortium.nextEpoch()).get(four.diskId)?.[0]?.paid, due);
    await consortium.assertNoResidue();
  });
});

describe('a provider that signed and vanishes', () => {
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;
  before(async () => {
    consortium = await ConsortiumOfTests.open({ organizations: 7 });
    watchSupply(consortium);
    owner = await consortium.openOwner();
    await owner.makeBucket();
  });
  after(() => consortium?.close());

  it('A-31 I5 is in default by rule: its collateral and the rest of the escrow go to the owner, to the unit', async () => {
    const { diskIds } = await owner.put('object', object);
    const gone = consortium.provider(diskIds[0] as string);
    await consortium.nextEpoch();
    gone.mood = 'silent';
    const silentFrom = await consortium.epoch();
    while ((await consortium.epoch()) < silentFrom + 4n) {
      assert.deepEqual(await new CallDefaults(owner.ledger).run(), []);
      await consortium.nextEpoch();
    }
    const credits = await owner.credits();
    const provider = await creditsOf(gone.cashier);
    const { leaseId } = await owner.lease(gone.diskId);
    const tab = await owner.tab(gone.diskId);
    assert.deepEqual([tab.earned, tab.escrow, tab.collateral], [due, 99n * due, collateral]);
    assert.deepEqual(await new CallDefaults(owner.ledger).run(), [leaseId]);
    assert.equal(await owner.credits(), credits + 99n * due + collateral);
    assert.equal(await creditsOf(gone.cashier), provider + due);
    const empty = await owner.tab(gone.diskId);
    assert.deepEqual([empty.earned, empty.escrow, empty.collateral], [0n, 0n, 0n]);
    assert.equal((await owner.lease(gone.diskId)).state, 'defaulted');
    assert.equal((await consortium.ledger.read('pool', gone.diskId))?.collateral, 4000n - collateral);
    assert.deepEqual(await new CallDefaults(owner.ledger).run(), []);
  });

  it('F-13 is repaired onto the disks that are left, to full redundancy', async () => {
    assert.deepEqual(await owner.get('object'), object);
    const report = await owner.open.repairStripes.run();
    assert.deepEqual([report.lost, report.unplaced], [[], []]);
    assert.ok(report.movedShards > 0);
    const { stripes } = await owner.open.useCases.readHealth.run();
    assert.equal(stripes.complete, stripes.stripes);
    assert.deepEqual(await owner.get('object'), object);
    await consortium.assertMirrors(owner);
    for (const [diskId, [verdict]] of await consortium.nextEpoch())
      assert.equal(verdict?.verdict, 'proven', diskId);
  });

  it('I2 I5 leaves the others with exactly what they proved', async () => {
    for (const provider of consortium.providers.filter(({ mood }) => mood === 'well')) {
      const { earned, escrow, collateral: staked } = await owner.tab(provider.diskId);
      assert.equal(earned + escrow, 100n * due);
      assert.equal(staked, collateral);
      assert.equal(earned % due, 0n);
      assert.equal(await new CollectEarnings(provider.cashier).run(), earned);
    }
  });
});

import assert from 'node:assert/strict';

import { leaseId, owner, ProviderOnRows, shardOf } from './provider-on-rows.js';

const hour = 3_600_000;

describe('SweepDisk', () => {
  let world: ProviderOnRows;
  beforeEach(async () => {
    world = await ProviderOnRows.open();
  });
  afterEach(() => world.close());

  const sweep = () => world.provider.sweepDisk.run();
  const digests = () => world.provider.disk.digests();

  it('I7 deletes what no receipt covered within its time, and not before', async () => {
    const [early, late] = [shardOf(), shardOf()];
    await world.provider.storeShard.run(owner, leaseId, early.digest, early.bytes);
    await world.clock.advance(hour / 2);
    await world.provider.storeShard.run(owner, leaseId, late.digest, late.bytes);
    await world.clock.advance(hour / 2);
    await sweep();
    assert.equal((await digests()).length, 2);
    await world.clock.advance(1);
    await sweep();
    assert.deepEqual(await digests(), [late.digest]);
  });

  it('A-130 keeps the revision that is audited and newer ones, and lets older ones go', async () => {
    const shards = [shardOf(), shardOf(), shardOf()] as const;
    for (const shard of shards) await world.hold(shard);
    const { book } = world.provider;
    world.turnTo(3n);
    await sweep();
    assert.equal(book.entries(leaseId, 1n), undefined);
    assert.equal(book.entries(leaseId, 2n)?.length, 2);
    assert.equal(book.entries(leaseId, 3n)?.length, 3);
    assert.equal((await digests()).length, 3);
  });

  it('A-117 deletes a lease when the ledger says that it has ended, and only then', async () => {
    await world.hold(shardOf());
    world.setLease({ terms: { capacityBytes: 1n << 20n, lastEpoch: 2n } });
    await world.clock.advance(1_000_000_000);
    await sweep();
    assert.equal((await digests()).length, 1);
    for (const state of ['closed', 'defaulted'] as const) {
      world.setLease({ state });
      await sweep();
      assert.deepEqual(await digests(), []);
      assert.deepEqual(world.provider.book.leaseIds(), []);
    }
  });

  it('A-133 deletes nothing of a lease that its ledger does not show', async () => {
    await world.hold(shardOf());
    world.rows.remove('lease', leaseId);
    await sweep();
    assert.equal((await digests()).length, 1);
  });
});

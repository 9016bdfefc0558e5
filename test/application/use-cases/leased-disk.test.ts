import assert from 'node:assert/strict';
import { ShardVector } from '@dstore/chaincode/domain';

import { leaseId, owner, ProviderOnRows, shardOf } from './provider-on-rows.js';

describe('a leased disk', () => {
  let world: ProviderOnRows;
  beforeEach(async () => {
    world = await ProviderOnRows.open();
  });
  afterEach(() => world.close());

  it('F-02 deletes what its book does not name when it opens, and nothing else', async () => {
    const [held, signed, loose] = [shardOf(), shardOf(), shardOf()];
    await world.hold(held);
    await world.sign(signed);
    await world.provider.storeShard.run(owner, leaseId, loose.digest, loose.bytes);
    assert.equal((await world.provider.disk.digests()).length, 3);
    await world.provider.restart();
    assert.deepEqual(await world.provider.disk.digests(), [held.digest, signed.digest].sort());
    assert.equal(world.provider.uncommittedBytes, 0n);
  });

  it('S-17 knows whose lease is whose, on which disk, and until when', async () => {
    const ask = async () => {
      await world.clock.advance(2000);
      return world.provider.leased.ownedLease(owner, leaseId);
    };
    assert.equal((await ask()).epoch, 10n);
    const { leased } = world.provider;
    await assert.rejects(leased.ownedLease({ ...owner, id: 'other' }, leaseId), { code: 'not-owner' });
    await assert.rejects(leased.ownedLease({ ...owner, msp: 'Org9' }, leaseId), { code: 'not-owner' });
    await assert.rejects(leased.ownedLease(owner, '0b'.repeat(16)), { code: 'lease-unknown' });
    world.setLease({ diskId: 'd3' });
    await assert.rejects(ask(), { code: 'lease-unknown' });
    for (const state of ['closed', 'defaulted'] as const) {
      world.setLease({ state });
      await assert.rejects(ask(), { code: 'lease-not-active' });
    }
    world.setLease({ terms: { capacityBytes: 1n, lastEpoch: 9n } });
    await assert.rejects(ask(), { code: 'lease-not-active' });
  });

  it('works a vector out again when the book has another revision', async () => {
    const { leased } = world.provider;
    assert.equal(leased.vector(leaseId).count, 0);
    const shards = [shardOf(), shardOf(), shardOf()];
    for (const shard of shards) await world.hold(shard);
    assert.equal(leased.vector(leaseId).root, ShardVector.of(shards).root);
    await world.provider.restart();
    assert.equal(world.provider.leased.vector(leaseId).root, ShardVector.of(shards).root);
  });

  it('lets a put wait for the deletion of the same shard, which would take it along', async () => {
    const shard = shardOf();
    const { leased, disk, storeShard } = world.provider;
    await disk.put(shard.digest, shard.bytes);
    const removal = leased.removeUnnamed([shard.digest]);
    await storeShard.run(owner, leaseId, shard.digest, shard.bytes);
    await removal;
    assert.deepEqual(await disk.get(shard.digest), shard.bytes);
  });

  it('runs what changes one lease one after the other, and on after a failure', async () => {
    const order: string[] = [];
    const { leased } = world.provider;
    const first = Promise.withResolvers<void>();
    const one = leased.inTurn(leaseId, async () => {
      await first.promise;
      order.push('one');
      throw new Error('one failed');
    });
    const two = leased.inTurn(leaseId, async () => order.push('two'));
    await leased.inTurn('another', async () => order.push('another'));
    first.resolve();
    await assert.rejects(one, /one failed/);
    await two;
    assert.deepEqual(order, ['another', 'one', 'two']);
  });
});

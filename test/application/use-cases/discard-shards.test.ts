import assert from 'node:assert/strict';

import { leaseId, owner, ProviderOnRows, shardOf } from './provider-on-rows.js';

describe('DiscardShards', () => {
  let world: ProviderOnRows;
  beforeEach(async () => {
    world = await ProviderOnRows.open();
  });
  afterEach(() => world.close());

  const store = async () => {
    const shard = shardOf();
    await world.provider.storeShard.run(owner, leaseId, shard.digest, shard.bytes);
    return shard.digest;
  };

  it('gives up the shards that are named, or all, twice without harm', async () => {
    const [one, two, three] = [await store(), await store(), await store()];
    const { discardShards, disk } = world.provider;
    await discardShards.run(owner, leaseId, [one]);
    await discardShards.run(owner, leaseId, [one]);
    assert.deepEqual(await disk.digests(), [two, three].sort());
    await discardShards.run(owner, leaseId);
    assert.deepEqual(await disk.digests(), []);
    assert.equal(world.provider.uncommittedBytes, 0n);
  });

  it('A-122 leaves what was signed for and what is committed, though it is named', async () => {
    const [held, signed] = [shardOf(), shardOf()];
    await world.hold(held);
    await world.sign(signed);
    const { discardShards, disk } = world.provider;
    await discardShards.run(owner, leaseId, [held.digest, signed.digest]);
    await discardShards.run(owner, leaseId);
    assert.deepEqual(await disk.digests(), [held.digest, signed.digest].sort());
  });

  it('S-17 leaves what lies under other leases, and refuses strangers', async () => {
    const digest = await store();
    const { discardShards, disk, leased } = world.provider;
    const other = '0b'.repeat(16);
    leased.uncommitted.set(digest, { leaseId: other, sizeBytes: 6400, at: 0 });
    await discardShards.run(owner, leaseId, [digest]);
    await assert.rejects(discardShards.run({ msp: 'Org3', id: 'owner' }, leaseId), { code: 'not-owner' });
    assert.deepEqual(await disk.digests(), [digest]);
  });
});

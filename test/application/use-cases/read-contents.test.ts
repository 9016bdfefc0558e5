import assert from 'node:assert/strict';
import { ShardVector } from '@dstore/chaincode/domain';

import { leaseId, owner, ProviderOnRows, shardOf } from './provider-on-rows.js';

describe('ReadContents', () => {
  let world: ProviderOnRows;
  beforeEach(async () => {
    world = await ProviderOnRows.open();
  });
  afterEach(() => world.close());

  it('shows an empty content before the first commit', async () => {
    const { content, entries } = await world.provider.readContents.run(owner, leaseId);
    assert.deepEqual(entries, []);
    assert.deepEqual([content.revision, content.count, content.bytes], [0n, 0n, 0n]);
    assert.equal(content.root, ShardVector.of().root);
  });

  it('F-100 shows the current, a kept and a pending revision, so that an owner rebuilds its vector', async () => {
    const shards = [shardOf(), shardOf(), shardOf()] as const;
    await world.hold(shards[0]);
    await world.hold(shards[1]);
    const { content: pending } = await world.sign(shards[2]);
    const { readContents } = world.provider;
    for (const [revision, count] of [
      [undefined, 2],
      [1n, 1],
      [2n, 2],
      [3n, 3],
    ] as const) {
      const { content, entries } = await readContents.run(owner, leaseId, revision);
      const digests = shards.slice(0, count).map(({ digest }) => digest);
      assert.deepEqual(
        entries.map(({ digest }) => digest),
        digests,
      );
      assert.equal(content.count, BigInt(count));
    }
    assert.deepEqual((await readContents.run(owner, leaseId, 3n)).content, pending);
    await assert.rejects(readContents.run(owner, leaseId, 4n), { code: 'content-diverged' });
  });

  it('S-17 shows nothing to others', async () => {
    await world.hold(shardOf());
    const stranger = world.provider.readContents.run({ msp: 'Org3', id: 'owner' }, leaseId);
    await assert.rejects(stranger, { code: 'not-owner' });
  });
});

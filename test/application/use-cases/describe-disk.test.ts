import assert from 'node:assert/strict';

import { diskRow } from '../rows.js';
import { leaseId, owner, ProviderOnRows, shardOf } from './provider-on-rows.js';

describe('DescribeDisk', () => {
  let world: ProviderOnRows;
  beforeEach(async () => {
    world = await ProviderOnRows.open();
  });
  afterEach(() => world.close());

  it('tells capacity, bytes that its book names, and bytes that wait for a receipt', async () => {
    const loose = shardOf(64);
    await world.hold(shardOf(6400), shardOf(128));
    await world.provider.storeShard.run(owner, leaseId, loose.digest, loose.bytes);
    assert.deepEqual(await world.provider.describeDisk.run(), {
      diskId: 'd2',
      capacityBytes: 1n << 40n,
      heldBytes: 6528n,
      uncommittedBytes: 64n,
    });
  });

  it('tells the capacity that counts in this epoch', async () => {
    const { offer } = diskRow('d2', 'Org2', { capacityBytes: 5n });
    world.rows.set('disk', ['d2'], { ...diskRow('d2', 'Org2'), next: { from: 11n, offer } });
    assert.equal((await world.provider.describeDisk.run()).capacityBytes, 1n << 40n);
    world.turnTo(11n);
    await world.clock.advance(2000);
    assert.equal((await world.provider.describeDisk.run()).capacityBytes, 5n);
  });

  it('has no capacity before it is offered', async () => {
    world.rows.remove('disk', 'd2');
    assert.equal((await world.provider.describeDisk.run()).capacityBytes, 0n);
  });
});

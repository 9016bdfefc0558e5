import assert from 'node:assert/strict';
import { MemoryDisk } from '@dstore/application/adapters/memory/memory-disk.js';
import type { Disk } from '@dstore/application/ports/disk.js';

import { FragileDisk } from '../provider-of-tests.js';
import { leaseId, owner, ProviderOnRows, shardOf } from './provider-on-rows.js';

const mebibyte = 1 << 20;

describe('StoreShard', () => {
  let world: ProviderOnRows;
  const store = ({ digest, bytes }: ReturnType<typeof shardOf>) =>
    world.provider.storeShard.run(owner, leaseId, digest, bytes);
  const open = async (capacityBytes = Infinity) => {
    world = await ProviderOnRows.open({}, new FragileDisk(new MemoryDisk({ capacityBytes })));
  };
  afterEach(() => world.close());

  it('stores a shard durably, twice without harm, and counts it once', async () => {
    await open();
    const shard = shardOf();
    await store(shard);
    await store(shard);
    assert.deepEqual(await world.provider.disk.get(shard.digest), shard.bytes);
    assert.equal(world.provider.uncommittedBytes, 6400n);
  });

  it('A-121 counts current, pending and uncommitted shards against the lease, and takes what just fits', async () => {
    await open();
    await world.hold(shardOf(mebibyte / 4));
    await world.sign(shardOf(mebibyte / 4));
    await store(shardOf(mebibyte / 4));
    await assert.rejects(store(shardOf(mebibyte / 4 + 1)), { code: 'lease-full' });
    await store(shardOf(mebibyte / 4));
    await assert.rejects(store(shardOf(64)), { code: 'lease-full' });
  });

  it('A-107 accounts a tiny shard with 4 KiB', async () => {
    await open();
    await store(shardOf(mebibyte - 4096));
    await store(shardOf(64));
    await assert.rejects(store(shardOf(64)), { code: 'lease-full' });
  });

  it('takes a shard that it answers for already into a full lease', async () => {
    await open();
    const shard = shardOf(mebibyte);
    await world.hold(shard);
    await store(shard);
    assert.equal(world.provider.uncommittedBytes, 0n);
  });

  it('A-132 keeps nothing of bytes that the digest does not name, and of a disk that is full', async () => {
    await open(1000);
    const shard = shardOf(900);
    await assert.rejects(store({ ...shard, bytes: shardOf(900).bytes }), { code: 'digest-mismatch' });
    await store(shard);
    await assert.rejects(store(shardOf(900)), { code: 'disk-full' });
    assert.equal(world.provider.leased.uncommitted.size, 1);
    assert.deepEqual(await world.provider.disk.digests(), [shard.digest]);
  });

  it('deletes a shard that its owner gave up while it was written', async () => {
    const slow = new MemoryDisk();
    const written = new FragileDisk({
      ...methodsOf(slow),
      put: async (digest, bytes) => {
        await slow.put(digest, bytes);
        await world.provider.discardShards.run(owner, leaseId);
      },
    });
    world = await ProviderOnRows.open({}, written);
    await store(shardOf());
    assert.deepEqual(await world.provider.disk.digests(), []);
  });
});

function methodsOf(disk: Disk): Disk {
  return {
    put: (digest, bytes) => disk.put(digest, bytes),
    get: (digest) => disk.get(digest),
    sizeOf: (digest) => disk.sizeOf(digest),
    remove: (digest) => disk.remove(digest),
    list: () => disk.list(),
    close: () => disk.close(),
  };
}

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { reconstruct } from '@dstore/application/core/erasure.js';
import { StoreStripe, writeQuorum } from '@dstore/application/use-cases/store-stripe.js';

import { diskRow } from '../rows.js';
import { VaultOnRows } from './vault-on-rows.js';

const geometry = { dataShards: 2, parityShards: 2 };
const stripeId = 'aa'.repeat(16);

/** Five disks with a lease each. */
async function fiveDisks() {
  const world = new VaultOnRows();
  for (let at = 1; at <= 5; at += 1) {
    world.addDisk(at);
    world.addLease(at);
  }
  await world.vault.refresh();
  const asked: unknown[] = [];
  const store = new StoreStripe(world.vault, { run: async (need) => asked.push(need) });
  const bytes = randomBytes(300_000);
  const run = (signal?: AbortSignal) => store.run(stripeId, [bytes], geometry, signal);
  return { world, run, asked, bytes };
}

describe('writeQuorum', () => {
  it('is never less than one shard more than a read needs, unless there is no parity', () => {
    const quorums = [
      [1, 0, 1],
      [1, 1, 2],
      [2, 1, 3],
      [2, 2, 3],
      [4, 2, 5],
      [6, 3, 8],
      [10, 6, 13],
    ];
    for (const [dataShards = 0, parityShards = 0, quorum] of quorums)
      assert.equal(writeQuorum({ dataShards, parityShards }), quorum);
  });
});

describe('StoreStripe', () => {
  it('puts each shard to another disk, and any k of them give the bytes back', async () => {
    const { world, run, bytes } = await fiveDisks();
    const stripe = await run();
    assert.equal(new Set(stripe.shards.map(({ diskId }) => diskId)).size, 4);
    assert.equal(stripe.length, bytes.length);
    const got = stripe.shards.map(({ diskId, digest }) => world.disks.get(diskId)?.shards.get(digest));
    const parity = [undefined, undefined, got[2], got[3]];
    const rebuilt = reconstruct(parity, 2, 2, [0, 1]);
    assert.deepEqual(Buffer.concat(rebuilt).subarray(0, bytes.length), bytes);
  });

  it('promises the room of each shard until the stripe is released', async () => {
    const { world, run } = await fiveDisks();
    const { shards, shardSize } = await run();
    for (const [diskId, free] of Object.entries(world.room())) {
      const used = shards.some((shard) => shard.diskId === diskId) ? shardSize : 0;
      assert.equal(free, (1 << 30) - used, diskId);
    }
  });

  it('replaces a disk that fails at once, and gives it nothing for a while', async () => {
    const { world, run } = await fiveDisks();
    world.disk(1).mood = 'silent';
    for (let put = 0; put < 3; put += 1) {
      const { shards } = await run();
      assert.equal(shards.length, 4);
      assert.ok(shards.every(({ diskId }) => diskId !== 'd1'));
    }
    world.vault.noteFailure('d1');
    assert.equal(world.room()['d1'], 0);
    await world.clock.advance(30_001);
    assert.equal(world.room()['d1'], 1 << 30);
  });

  it('stays short of shards down to the write quorum, having asked for leases', async () => {
    const { world, run, asked } = await fiveDisks();
    world.disk(1).mood = 'silent';
    world.disk(2).mood = 'full';
    assert.equal((await run()).shards.length, 3);
    assert.equal((await run()).shards.length, 3);
    assert.ok(asked.length > 0);
  });

  it('I7 refuses below the quorum, gives up what it stored and the room it promised', async () => {
    const { world, run } = await fiveDisks();
    for (const at of [1, 2, 3]) world.disk(at).mood = 'full';
    await assert.rejects(run(), { code: 'too-few-disks' });
    for (const [diskId, disk] of world.disks) assert.equal(disk.shards.size, 0, diskId);
    await world.clock.advance(30_001);
    for (const [diskId, free] of Object.entries(world.room())) assert.equal(free, 1 << 30, diskId);
  });

  it('I7 gives all up when its caller goes away', async () => {
    const { world, run } = await fiveDisks();
    const stop = new AbortController();
    const storing = run(stop.signal);
    stop.abort(new Error('gone'));
    await assert.rejects(storing, /gone/);
    for (const [diskId, disk] of world.disks) assert.equal(disk.shards.size, 0, diskId);
    for (const [diskId, free] of Object.entries(world.room())) assert.equal(free, 1 << 30, diskId);
  });

  it('A-04 never stores the same shard twice, whatever the bytes', async () => {
    const { world } = await fiveDisks();
    const store = new StoreStripe(world.vault, { run: async () => undefined });
    const digests = new Set<string>();
    for (let put = 0; put < 20; put += 1)
      for (const { digest } of (await store.run(stripeId, [Buffer.alloc(10)], geometry)).shards.slice(1))
        digests.add(digest);
    assert.equal(digests.size, 60);
  });

  it('A-18 gives a shard to another disk when one keeps the others waiting, and waits where there is none', async () => {
    const { world, run } = await fiveDisks();
    const slow = world.disk(1);
    const put = Promise.withResolvers<void>();
    slow.putShard = () => put.promise;
    world.disk(2).mood = 'full';
    world.vault.noteFailure('d2');
    const storing = run();
    await world.clock.advance(60_000);
    put.resolve();
    assert.ok(
      (await storing).shards.some(({ diskId }) => diskId === 'd1'),
      'there was no other',
    );

    slow.putShard = () => new Promise(() => undefined);
    world.disk(2).mood = 'well';
    for (let stripe = 0; stripe < 3; stripe += 1) {
      const hasty = run();
      await world.clock.advance(31_000);
      const { shards } = await hasty;
      assert.equal(shards.length, 4);
      assert.ok(shards.every(({ diskId }) => diskId !== 'd1'));
    }
    assert.equal(world.clock.sleepers, 0);
  });

  it('A-02 puts nothing on a disk whose organization holds its share of the stripe already', async () => {
    const { world, run } = await fiveDisks();
    for (const at of [4, 5]) world.rows.set('disk', [`d${at}`], diskRow(`d${at}`, 'Org3'));
    await world.vault.refresh();
    for (const at of [1, 2]) world.disk(at).mood = 'silent';
    await assert.rejects(run(), { code: 'too-few-disks' });
  });
});

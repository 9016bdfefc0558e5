import { reconstruct } from '@dstore/application/core/erasure.js';
import { RefillStripes } from '@dstore/application/use-cases/refill-stripes.js';
import { StoreStripe } from '@dstore/application/use-cases/store-stripe.js';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { VaultOnRows } from './vault-on-rows.js';

const geometry = { dataShards: 2, parityShards: 2 };

/** Six disks, and a stripe on four of them. */
async function storedStripe() {
  const world = new VaultOnRows();
  for (let at = 1; at <= 6; at += 1) {
    world.addDisk(at);
    world.addLease(at);
  }
  await world.vault.refresh();
  const store = new StoreStripe(world.vault, { run: async () => undefined });
  const bytes = randomBytes(200_000);
  const stripe = await store.run('aa'.repeat(16), [bytes], geometry);
  const without = (...lost: number[]) => ({
    ...stripe,
    shards: stripe.shards.filter(({ index }) => !lost.includes(index)),
  });
  return { world, bytes, stripe, without, refill: new RefillStripes(world.vault, store) };
}

describe('RefillStripes', () => {
  it('puts what is missing on disks that hold nothing of the stripe, with the same digests', async () => {
    const { world, bytes, stripe, without, refill } = await storedStripe();
    await refill.run([without(0, 3)]);
    const filled = refill.filled(stripe);
    assert.equal(new Set(filled.shards.map(({ diskId }) => diskId)).size, 4);
    assert.deepEqual(
      filled.shards.map(({ digest }) => digest),
      stripe.shards.map(({ digest }) => digest),
    );
    const got = filled.shards.map(({ diskId, digest }) => world.disks.get(diskId)?.shards.get(digest));
    const rebuilt = reconstruct([got[0], undefined, undefined, got[3]], 2, 2, [0, 1]);
    assert.deepEqual(Buffer.concat(rebuilt).subarray(0, bytes.length), bytes);
  });

  it('A-19 believes no shard whose bytes are others, and reads the next one', async () => {
    const { world, stripe, without, refill } = await storedStripe();
    const [, one] = stripe.shards;
    const rotten = world.disks.get(one?.diskId ?? '')?.shards.get(one?.digest ?? '');
    assert.ok(rotten);
    rotten[7] = (rotten[7] ?? 0) ^ 1;
    await refill.run([without(0)]);
    assert.equal(refill.filled(without(0)).shards[0]?.digest, stripe.shards[0]?.digest);
  });

  it('leaves a stripe as it is that is whole, has too few shards left or finds no disk', async () => {
    const { world, stripe, without, refill } = await storedStripe();
    const before = world.room();
    await refill.run([stripe, without(0, 1, 2)]);
    for (const disk of world.disks.values()) disk.mood = 'full';
    await refill.run([without(2)]);
    assert.deepEqual(refill.filled(stripe), stripe);
    await world.clock.advance(31_000);
    assert.deepEqual(world.room(), before);
  });

  it('I7 gives up what it added, and the room it promised', async () => {
    const { world, stripe, without, refill } = await storedStripe();
    for (const at of [1, 2]) world.vault.noteFailure(stripe.shards[at]?.diskId ?? '');
    const before = world.room();
    await refill.run([without(1, 2)]);
    assert.notDeepEqual(world.room(), before);
    await refill.giveUp();
    assert.deepEqual(world.room(), before);
    assert.deepEqual(refill.filled(stripe), stripe);
    const left = [...world.disks.values()].reduce((sum, disk) => sum + disk.shards.size, 0);
    assert.equal(left, 4);
  });
});

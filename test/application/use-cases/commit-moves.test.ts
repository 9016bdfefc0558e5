import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import type { ShardMove } from '@dstore/application/ports/stripe-map.js';
import { CommitMoves } from '@dstore/application/use-cases/commit-moves.js';
import { DeleteObject } from '@dstore/application/use-cases/delete-object.js';
import { ChangeBucket } from '@dstore/application/use-cases/change-bucket.js';
import { LeaseLayout } from '@dstore/application/core/lease-layout.js';
import assert from 'node:assert/strict';

import { MemoryVault } from '../memory-vault.js';

async function* body(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** A vault of (2, 1) on five disks, with an object, and a move of its first shard to another disk. */
async function begun() {
  const world = new MemoryVault('moves', 5);
  const catalog = new SqliteCatalog(':memory:');
  const opened = await world.open(catalog, 1000);
  await new ChangeBucket(opened.vault, opened.flush).run('bucket', { geometry: world.geometry });
  await opened.put.run({ bucket: 'bucket', key: 'k', body: body('hello') });
  const stripeId = catalog.current('bucket', 'k')?.streams[0]?.extents[0]?.stripeId ?? '';
  const moveOf = async (index: number): Promise<ShardMove> => {
    const stripe = catalog.stripe(stripeId);
    const shard = stripe?.shards.find((one) => one.index === index);
    assert.ok(stripe && shard);
    const used = stripe.shards.map(({ diskId }) => diskId);
    const target = opened.vault.candidates().find(({ diskId }) => !used.includes(diskId));
    assert.ok(target);
    const bytes = world.door(shard.leaseId).shards.get(shard.digest) as Buffer;
    await opened.vault.doorOf(target.diskId).putShard(target.leaseId, shard.digest, bytes);
    const to = { leaseId: target.leaseId, diskId: target.diskId };
    return { stripeId, index, digest: shard.digest, sizeBytes: stripe.shardSize, from: shard.leaseId, to };
  };
  return { world, catalog, ...opened, stripeId, moveOf, commit: new CommitMoves(opened.vault, opened.flush) };
}

/** Every vector that the catalog mirrors has the root on the ledger, and the open vault has the same. */
function assertRoots({ world, catalog, vault }: Awaited<ReturnType<typeof begun>>): void {
  for (const { leaseId, diskId, revision, shards } of catalog.mirrors()) {
    const { vector } = new LeaseLayout(leaseId, diskId, revision, shards);
    assert.equal(vector.root, world.rows.get('content', leaseId, '1')?.root, diskId);
    assert.equal(vault.layouts.get(leaseId)?.vector.root, vector.root);
  }
}

describe('committing moves', () => {
  it('A-136 lets the shard lie where it was moved to, and takes it out of the former vector', async () => {
    const vault = await begun();
    const move = await vault.moveOf(0);
    await vault.commit.run([move]);
    assert.equal(vault.catalog.stripe(vault.stripeId)?.shards[0]?.leaseId, move.to.leaseId);
    const former = vault.catalog.mirrors().find(({ leaseId }) => leaseId === move.from);
    assert.ok(former?.shards.every(({ stripeId, index }) => stripeId !== vault.stripeId || index !== 0));
    assertRoots(vault);
  });

  it('A-115 waits for no provider: the entry of one that does not sign stays in its vector until it does', async () => {
    const vault = await begun();
    const move = await vault.moveOf(0);
    const door = vault.world.door(move.from ?? '');
    door.mood = 'silent';
    vault.vault.noteFailure(door.diskId);
    await vault.commit.run([move]);
    assert.deepEqual(
      vault.catalog.leftovers().map(({ leaseId, stripeId, index }) => [leaseId, stripeId, index]),
      [[move.from, vault.stripeId, 0]],
    );
    assertRoots(vault);
    vault.vault.reload();
    assertRoots(vault);
    door.mood = 'well';
    await vault.world.clock.advance(31_000);
    await vault.put.run({ bucket: 'bucket', key: 'other', body: body('x') });
    assert.deepEqual(vault.catalog.leftovers(), []);
    assertRoots(vault);
  });

  it('A-142 takes up the entry that a shard left behind when it comes back', async () => {
    const vault = await begun();
    const move = await vault.moveOf(0);
    const door = vault.world.door(move.from ?? '');
    vault.vault.noteFailure(door.diskId);
    await vault.commit.run([move]);
    const back = { ...move, from: move.to.leaseId, to: { leaseId: move.from ?? '', diskId: door.diskId } };
    await vault.commit.run([back]);
    assert.equal(vault.catalog.stripe(vault.stripeId)?.shards[0]?.diskId, door.diskId);
    assert.deepEqual(vault.catalog.leftovers(), []);
    assertRoots(vault);
  });

  it('A-142 drops moves that are no longer true, and flushes nothing for them', async () => {
    const vault = await begun();
    const move = await vault.moveOf(0);
    await vault.commit.run([move]);
    const revision = vault.catalog.revision();
    await vault.commit.run([move, { ...move, stripeId: '00'.repeat(16) }]);
    assert.equal(vault.catalog.revision(), revision);
  });

  it('A-140 survives that the object is deleted while its shard is on the way', async () => {
    const vault = await begun();
    const [one, other] = [await vault.moveOf(0), await vault.moveOf(1)];
    await new DeleteObject(vault.vault, vault.flush).run({ bucket: 'bucket', key: 'k' });
    await vault.commit.run([one]);
    assertRoots(vault);
    await Promise.all([
      vault.put.run({ bucket: 'bucket', key: 'z', body: body('z') }),
      vault.commit.run([{ ...other, to: one.to }]),
    ]);
    assertRoots(vault);
  });
});

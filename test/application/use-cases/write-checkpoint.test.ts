import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import { decodeHead } from '@dstore/application/core/head.js';
import { SealBroken } from '@dstore/application/core/sealing.js';
import { VaultKeys } from '@dstore/application/core/vault-keys.js';
import { ChangeBucket } from '@dstore/application/use-cases/change-bucket.js';
import { CommitMoves } from '@dstore/application/use-cases/commit-moves.js';
import { DeleteObject } from '@dstore/application/use-cases/delete-object.js';
import { RecoverVault } from '@dstore/application/use-cases/recover-vault.js';
import assert from 'node:assert/strict';

import { allOf } from '../catalog-rows.js';
import { MemoryVault, SeededRandom } from '../memory-vault.js';

async function* body(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A gateway on a vault, that does random things from a seed. */
class Gateway {
  readonly world: MemoryVault;
  readonly catalog: SqliteCatalog;
  readonly #random: SeededRandom;
  readonly #opened: Awaited<ReturnType<MemoryVault['open']>>;

  private constructor(
    world: MemoryVault,
    catalog: SqliteCatalog,
    opened: Awaited<ReturnType<MemoryVault['open']>>,
  ) {
    this.world = world;
    this.catalog = catalog;
    this.#opened = opened;
    this.#random = new SeededRandom(`${world.doors.length} steps`);
  }

  static async open(
    world: MemoryVault,
    every: number,
    catalog = new SqliteCatalog(':memory:'),
  ): Promise<Gateway> {
    return new Gateway(world, catalog, await world.open(catalog, every));
  }

  bucket(name: string, versions: 'latest' | 'keep'): Promise<unknown> {
    const change = new ChangeBucket(this.#opened.vault, this.#opened.flush);
    return change.run(name, { geometry: this.world.geometry, versions });
  }

  put(bucket: string, key: string, bytes: number): Promise<unknown> {
    return this.#opened.put.run({ bucket, key, body: body(this.#random.bytes(bytes)) });
  }

  delete(bucket: string, key: string): Promise<unknown> {
    return new DeleteObject(this.#opened.vault, this.#opened.flush).run({ bucket, key });
  }

  /** Moves a shard of a stripe to a disk that has none of it. */
  async move(stripeId: string): Promise<void> {
    const { vault, flush } = this.#opened;
    const stripe = this.catalog.stripe(stripeId);
    const shard = stripe?.shards[this.#random.below(stripe.shards.length)];
    if (stripe === undefined || shard === undefined) return;
    const used = new Set(stripe.shards.map(({ diskId }) => diskId));
    const target = vault.candidates().find(({ diskId, freeBytes }) => !used.has(diskId) && freeBytes > 0);
    if (target === undefined) return;
    const bytes = this.world.door(shard.leaseId).shards.get(shard.digest) as Buffer;
    await vault.doorOf(target.diskId).putShard(target.leaseId, shard.digest, bytes);
    const { index, digest, leaseId: from } = shard;
    const to = { leaseId: target.leaseId, diskId: target.diskId };
    await new CommitMoves(vault, flush).run([
      { stripeId, index, digest, sizeBytes: stripe.shardSize, from, to },
    ]);
  }

  async step(): Promise<void> {
    const kind = this.#random.below(10);
    const bucket = this.#random.below(2) === 0 ? 'latest' : 'kept';
    const key = `k${this.#random.below(6)}`;
    const current = this.catalog.current(bucket, key);
    if (kind < 2 && current !== undefined && current.marker === 'no') await this.delete(bucket, key);
    else if (kind === 2) {
      const stripes = [...this.catalog.stripes()];
      await this.move(stripes[this.#random.below(Math.max(1, stripes.length))]?.stripeId ?? '');
    } else await this.put(bucket, key, kind === 3 ? 2_500_000 : this.#random.below(5000));
  }
}

async function begun(every: number, disks = 4): Promise<Gateway> {
  const gateway = await Gateway.open(new MemoryVault(`checkpoints ${every}`, disks), every);
  await gateway.bucket('latest', 'latest');
  await gateway.bucket('kept', 'keep');
  return gateway;
}

describe('checkpoints', () => {
  it('A-135 give back the catalog that they were written from, at every revision of a random history', async () => {
    const gateway = await begun(7);
    const seen = new Set<bigint | undefined>();
    for (let step = 0; step < 60; step += 1) {
      await gateway.step();
      if (step % 5 > 0) continue;
      const { catalog, recovered } = await gateway.world.recover();
      assert.deepEqual(allOf(catalog), allOf(gateway.catalog), `step ${step}`);
      assert.equal(recovered.leasesChecked, catalog.mirrors().length);
      assert.ok(recovered.entries <= 7, 'no entry before the checkpoint is read');
      seen.add(recovered.checkpoint);
    }
    assert.ok(seen.has(undefined) && seen.size > 4, 'with and without checkpoints');
  });

  it('F-15 bring a catalog that is older than the checkpoint up to date, and one that is newer by entries alone', async () => {
    const gateway = await begun(10);
    for (let step = 0; step < 6; step += 1) await gateway.step();
    const { catalog: old } = await gateway.world.recover();
    while (gateway.catalog.entryChain().checkpoint === undefined) await gateway.step();
    const { catalog: newer } = await gateway.world.recover();
    for (let step = 0; step < 3; step += 1) await gateway.step();
    const first = await gateway.world.recover(old);
    assert.equal(first.recovered.checkpoint, gateway.catalog.entryChain().revision);
    assert.deepEqual(allOf(old), allOf(gateway.catalog));
    const second = await gateway.world.recover(newer);
    assert.equal(second.recovered.checkpoint, undefined);
    assert.deepEqual(allOf(newer), allOf(gateway.catalog));
  });

  it('lead a recovered gateway on: it writes, deletes and checkpoints as if nothing had been lost', async () => {
    const gateway = await begun(6);
    for (let step = 0; step < 20; step += 1) await gateway.step();
    const { catalog } = await gateway.world.recover();
    const again = await Gateway.open(gateway.world, 6, catalog);
    for (let step = 0; step < 20; step += 1) await again.step();
    assert.deepEqual(allOf((await gateway.world.recover()).catalog), allOf(catalog));
  });

  it('A-139 free the entries before them, so that stripes of nothing else are given up', async () => {
    const gateway = await begun(5);
    for (let turn = 0; turn < 40; turn += 1) await gateway.put('latest', 'one', 10);
    const { entries } = gateway.catalog.entryChain();
    assert.ok(entries <= 5);
    const held = gateway.catalog.mirrors().reduce((sum, { shards }) => sum + shards.length, 0);
    assert.ok(held <= 3 * (entries + 4), `${held} shards are held for one object`);
  });

  it('A-134 are named in the head beside the last entry, within its 8 KiB', async () => {
    const gateway = await begun(5);
    while (gateway.catalog.entryChain().entries < 3 || gateway.catalog.revision() < 12n)
      await gateway.put('latest', 'one', 10);
    const head = decodeHead(Buffer.from(gateway.world.rows.get('vault', 'v')?.head ?? '', 'base64'));
    assert.equal(head.checkpoint?.revision, gateway.catalog.entryChain().revision);
    assert.ok(head.last.revision > (head.checkpoint?.revision ?? 0n));
    for (const { revision } of head.back) assert.ok(revision >= (head.checkpoint?.revision ?? 0n));
  });

  it('A-136 are found although shards of every stripe that holds them were moved, one after the other', async () => {
    const gateway = await begun(8, 5);
    while (gateway.catalog.entryChain().checkpoint === undefined) await gateway.put('kept', 'k', 3000);
    await gateway.put('kept', 'k', 10);
    const stripes = [...gateway.catalog.stripes()].filter(({ stripeId }) =>
      gateway.catalog.holdsEntry(stripeId),
    );
    for (let turn = 0; turn < 2; turn += 1) {
      for (const { stripeId } of stripes.slice(0, 3)) await gateway.move(stripeId);
    }
    forgetMoved(gateway);
    assert.deepEqual(allOf((await gateway.world.recover()).catalog), allOf(gateway.catalog));
  });

  it('F-14 are read with a disk down, and taken over whole or not at all', async () => {
    const gateway = await begun(6);
    for (let step = 0; step < 16; step += 1) await gateway.step();
    const { doors } = gateway.world;
    const catalog = new SqliteCatalog(':memory:');
    for (const door of doors.slice(0, 2)) door.mood = 'silent';
    await assert.rejects(gateway.world.recover(catalog), { code: 'shards-unreachable' });
    for (const door of doors.slice(1)) door.mood = 'well';
    await gateway.world.recover(catalog);
    assert.deepEqual(allOf(catalog), allOf(gateway.catalog));
  });

  it('A-138 open for the keys of their vault only', async () => {
    const gateway = await begun(5);
    for (let step = 0; step < 8; step += 1) await gateway.step();
    const keyring = new VaultKeys(Buffer.alloc(32, 8), 'v', 0);
    const means = gateway.world.means(new SqliteCatalog(':memory:'));
    await assert.rejects(new RecoverVault({ ...means, keyring }).run(), SealBroken);
  });

  it('span as many stripes as they need, described by the flush and not by the head', async () => {
    const gateway = await begun(1_000_000);
    const metadata = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`m${at}`, new SeededRandom(at).bytes(1000).toString('hex')]),
    );
    const { put } = await gateway.world.open(gateway.catalog, 1_000_000);
    await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        put.run({ bucket: 'kept', key: `big${at}`, body: body(Buffer.of(at)), metadata }),
      ),
    );
    const again = await gateway.world.open(gateway.catalog, 1);
    await again.put.run({ bucket: 'kept', key: 'last', body: body(Buffer.of(1)) });
    const { checkpoint } = gateway.catalog.entryChain();
    assert.ok((checkpoint?.catalog.extents.length ?? 0) > 1, `${checkpoint?.catalog.sealedBytes} bytes`);
    const { catalog, recovered } = await gateway.world.recover();
    assert.equal(recovered.entries, 1);
    assert.deepEqual(allOf(catalog), allOf(gateway.catalog));
  });

  it('do without where there is no room, and leave none of it taken', async () => {
    const gateway = await begun(5, 3);
    const { vault } = await gateway.world.open(gateway.catalog, 5);
    const store = { run: () => Promise.reject(new Error('the world ended')) };
    const { WriteCheckpoint } = await import('@dstore/application/use-cases/write-checkpoint.js');
    await assert.rejects(new WriteCheckpoint(vault, store, 1).run(3n, gateway.world.geometry), /ended/);
    gateway.world.doors[0]!.mood = 'full';
    vault.noteFailure('d1');
    const { StoreStripe } = await import('@dstore/application/use-cases/store-stripe.js');
    const short = new StoreStripe(vault, { run: async () => undefined });
    const write = new WriteCheckpoint(vault, short, 1);
    const before = vault.candidates().map(({ freeBytes }) => freeBytes);
    assert.equal(await write.run(3n, gateway.world.geometry), undefined);
    assert.deepEqual(
      vault.candidates().map(({ freeBytes }) => freeBytes),
      before,
    );
    assert.equal(await write.run(4n, gateway.world.geometry), undefined, 'not tried at once again');
  });
});

/** Deletes shards that the catalog no longer names, as providers do after a while. */
function forgetMoved({ catalog, world }: Gateway): void {
  const kept = new Set(
    [...catalog.stripes()].flatMap(({ shards }) => shards.map(({ diskId, digest }) => `${diskId}/${digest}`)),
  );
  for (const { diskId, shards } of world.doors) {
    for (const digest of [...shards.keys()]) if (!kept.has(`${diskId}/${digest}`)) shards.delete(digest);
  }
}

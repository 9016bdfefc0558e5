import { MemorySuspects } from '@dstore/application/adapters/memory/memory-suspects.js';
import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import { LocalCodec } from '@dstore/application/adapters/threads/local-codec.js';
import { ChangeBucket } from '@dstore/application/use-cases/change-bucket.js';
import { CompactStripes } from '@dstore/application/use-cases/compact-stripes.js';
import { DeleteObject } from '@dstore/application/use-cases/delete-object.js';
import { GetObject } from '@dstore/application/use-cases/get-object.js';
import { ReadStripe } from '@dstore/application/use-cases/read-stripe.js';
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';

import { allOf } from '../catalog-rows.js';
import { MemoryVault } from '../memory-vault.js';

/** A vault of many small objects of which every fourth is left, in a bucket that keeps versions and one that does not. */
class World {
  readonly vault = new MemoryVault('compaction');
  readonly catalog = new SqliteCatalog(':memory:');
  readonly left = new Map<string, Buffer>();
  opened!: Awaited<ReturnType<MemoryVault['open']>>;
  read!: ReadStripe;

  static async open(): Promise<World> {
    const world = new World();
    world.opened = await world.vault.open(world.catalog, 1000);
    world.read = new ReadStripe(world.opened.vault, new MemorySuspects(), 200);
    const { vault, flush } = world.opened;
    for (const versions of ['latest', 'keep'] as const)
      await new ChangeBucket(vault, flush).run(versions, { geometry: world.vault.geometry, versions });
    await world.fill();
    return world;
  }

  async fill(): Promise<void> {
    const { vault, flush, put } = this.opened;
    const made = Array.from({ length: 80 }, (_, at) => {
      return {
        bucket: at % 2 === 0 ? 'latest' : 'keep',
        key: `${at}`,
        bytes: this.vault.random.bytes(50_000 + at),
      };
    });
    const body = async function* (bytes: Buffer) {
      yield bytes;
    };
    await Promise.all(made.map(({ bytes, ...name }) => put.run({ ...name, body: body(bytes) })));
    for (const { bucket, key, bytes } of made) {
      const versionId = this.catalog.current(bucket, key)?.versionId ?? '';
      if (Number(key) % 8 < 2) this.left.set(versionId, bytes);
      else await new DeleteObject(vault, flush).run({ bucket, key, versionId });
    }
  }

  compaction(bytesPerSecond = Infinity): CompactStripes {
    const { vault, flush, checkpoints } = this.opened;
    const parts = { vault, read: this.read, flush, checkpoints, log: this.vault.log };
    return new CompactStripes({ ...parts, bytesPerSecond });
  }

  /** Everything that is left reads as it was put, and is found by one who has the master key only. */
  async insistWhole(): Promise<void> {
    const get = new GetObject(this.opened.vault, { stripes: this.read, codec: new LocalCodec(64 << 20) });
    for (const [versionId, bytes] of this.left) {
      const { bucket = '', key = '' } = this.catalog.version(versionId) ?? {};
      const pieces: Buffer[] = [];
      for await (const piece of get.run({ bucket, key, versionId }).body) pieces.push(Buffer.from(piece));
      assert.deepEqual(Buffer.concat(pieces), bytes, key);
    }
    const { catalog } = await this.vault.recover();
    assert.deepEqual(allOf(catalog), allOf(this.catalog));
    catalog.close();
  }
}

describe('CompactStripes', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.open();
  });
  afterEach(() => world.catalog.close());

  it('I6 leaves no stripe sparse or dead, and everything in its place among versions and names', async () => {
    const before = world.catalog.usage();
    const names = () =>
      world.catalog
        .list({ bucket: 'keep', prefix: '', limit: 1000, versions: true })
        .map(({ versionId }) => versionId);
    const listed = names();
    const report = await world.compaction().run();
    const { storedBytes, logicalBytes } = world.catalog.usage();
    assert.ok(report.movedBytes > 0.8 * logicalBytes, `${report.movedBytes} of ${logicalBytes} bytes`);
    assert.ok(storedBytes < 0.5 * before.storedBytes, `${storedBytes} of ${before.storedBytes} bytes`);
    assert.deepEqual([...world.catalog.sparseStripes(), ...world.catalog.deadStripes()], []);
    assert.equal(logicalBytes, before.logicalBytes);
    assert.deepEqual(names(), listed);
    await world.insistWhole();
  });

  it('writes no checkpoint for less than it would free', async () => {
    const waste = world.catalog.wasteUnderEntries();
    assert.ok(waste > 1 << 20);
    Object.assign(world.catalog, { wasteUnderEntries: () => (1 << 20) - 1 });
    const { checkpoint } = world.catalog.entryChain();
    await world.compaction().run();
    assert.deepEqual(world.catalog.entryChain().checkpoint, checkpoint);
  });

  it('ends where there is no room beside the old stripes, and says so', async () => {
    const { vault } = world.opened;
    const candidates = () => vault.candidates.call(vault).map((disk) => ({ ...disk, freeBytes: 1 << 20 }));
    const short = Object.assign(Object.create(vault) as typeof vault, { candidates });
    const { flush, checkpoints } = world.opened;
    const parts = { read: world.read, flush, checkpoints, log: world.vault.log, bytesPerSecond: Infinity };
    const report = await new CompactStripes({ vault: short, ...parts }).run();
    assert.deepEqual([report.short, report.rewrittenStripes], [true, 0]);
    await world.insistWhole();
  });

  it('keeps to its rate by sleeping between flushes', async () => {
    let isOver = false;
    const started = world.vault.clock.now();
    const running = world
      .compaction(1_000_000)
      .run()
      .finally(() => (isOver = true));
    while (!isOver) await world.vault.clock.advance(10);
    const { movedBytes } = await running;
    assert.ok(world.vault.clock.now() - started >= (movedBytes / 1_000_000) * 1000 * 1.5);
  });

  it('stops when it is told to, in the middle of its sleep, and goes on in the next run', async () => {
    const stop = new AbortController();
    const running = world.compaction(1).run(stop.signal);
    running.catch(() => undefined);
    while (world.vault.clock.sleepers === 0) await setImmediate();
    stop.abort(new Error('stopped'));
    await assert.rejects(running, /stopped/);
    await world.insistWhole();
    await world.compaction().run();
    assert.deepEqual([...world.catalog.sparseStripes(), ...world.catalog.deadStripes()], []);
    await world.insistWhole();
  });

  it('is one run for all who ask meanwhile', async () => {
    const compaction = world.compaction();
    const [one, other] = await Promise.all([compaction.run(), compaction.run()]);
    assert.equal(one, other);
  });

  it('A-19 copies no byte that is not the one that was stored', async () => {
    for (const door of world.vault.doors.slice(0, 2))
      for (const [digest, bytes] of door.shards) {
        const rotten = Buffer.from(bytes);
        rotten[5] = (rotten[5] ?? 0) ^ 1;
        door.shards.set(digest, rotten);
      }
    const kept = world.catalog.usage().logicalBytes;
    const report = await world.compaction().run();
    assert.ok(report.unreadable.length > 0);
    assert.equal(world.catalog.usage().logicalBytes, kept);
  });
});

import { MemorySuspects } from '@dstore/application/adapters/memory/memory-suspects.js';
import { LocalCodec } from '@dstore/application/adapters/threads/local-codec.js';
import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import type { Locator, Stripe } from '@dstore/application/core/delta.js';
import { decodeHead } from '@dstore/application/core/head.js';
import { ChangeBucket } from '@dstore/application/use-cases/change-bucket.js';
import { DeleteObject } from '@dstore/application/use-cases/delete-object.js';
import { GetObject } from '@dstore/application/use-cases/get-object.js';
import { OpenVault } from '@dstore/application/use-cases/open-vault.js';
import { ReadStripe } from '@dstore/application/use-cases/read-stripe.js';
import type { Vault } from '@dstore/application/use-cases/vault.js';
import assert from 'node:assert/strict';

import { allOf } from '../catalog-rows.js';
import { MemoryVault, SeededRandom } from '../memory-vault.js';
import { KeptLog } from '../workers/surroundings.js';

async function* body(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const limits = { quotaBytes: 1 << 30, digests: ['sha-256', 'sha-512'] as const };

/** What a flush did, as a naive recovery would remember it. */
interface Deed {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly bytes: Buffer | undefined;
  readonly bucket: string;
}

/** A vault with a history in which every flush does one thing, remembered by revision. */
class History {
  readonly world = new MemoryVault('history', 4);
  readonly catalog = new SqliteCatalog(':memory:');
  readonly deeds = new Map<bigint, Deed>();
  readonly #random = new SeededRandom('history of deeds');

  async write(every = 1000): Promise<this> {
    const { vault, flush, put } = await this.world.open(this.catalog, every);
    const change = new ChangeBucket(vault, flush);
    await change.run('latest', { geometry: this.world.geometry, versions: 'latest', ...limits });
    await change.run('kept', { geometry: this.world.geometry, versions: 'keep' });
    const store = async (bucket: string, key: string, size: number) => {
      const bytes = this.#random.bytes(size);
      const { versionId } = await put.run({ bucket, key, body: body(bytes) });
      this.deeds.set(this.catalog.revision(), { bucket, key, versionId, bytes });
    };
    for (let turn = 0; turn < 3; turn += 1) {
      await store('latest', `once-${turn}`, 4000);
      await store('latest', 'again', 3000 + turn);
      await store('kept', 'big', 2_500_000);
      await store('kept', 'again', 10);
      if (turn === 0) continue;
      await new DeleteObject(vault, flush).run({ bucket: 'latest', key: `once-${turn - 1}` });
      this.deeds.set(this.catalog.revision(), {
        bucket: 'latest',
        key: `once-${turn - 1}`,
        versionId: undefined,
        bytes: undefined,
      });
    }
    return this;
  }

  locator(revision: bigint): Locator {
    const locator = this.catalog.locator(revision);
    assert.ok(locator);
    return locator;
  }

  /** Takes the entry's shards away, all but one of each stripe; answers what gives them back. */
  hide(revision: bigint): () => void {
    return this.hideStripes(this.locator(revision).stripes);
  }

  hideStripes(stripes: readonly Stripe[]): () => void {
    const taken: [Map<string, Buffer>, string, Buffer][] = [];
    for (const { shards } of stripes)
      for (const { diskId, digest } of shards.slice(1)) {
        const kept = this.world.doors.find((door) => door.diskId === diskId)?.shards;
        const bytes = kept?.get(digest);
        if (kept === undefined || bytes === undefined) continue;
        taken.push([kept, digest, bytes]);
        kept.delete(digest);
      }
    return () => taken.forEach(([kept, digest, bytes]) => kept.set(digest, bytes));
  }

  /** Every version that a catalog names, read from the doors. */
  async versions(catalog: SqliteCatalog): Promise<Map<string, Buffer>> {
    const vault = await new OpenVault(this.world.means(catalog)).run();
    const found = new Map<string, Buffer>();
    for (const { bucket } of catalog.buckets())
      for (const { key, versionId, marker } of catalog.list({
        bucket,
        prefix: '',
        limit: 1000,
        versions: true,
      }))
        if (marker === 'no') found.set(versionId, await bytesOf(vault, bucket, key, versionId));
    return found;
  }

  /** Versions that a whole catalog holds, by the flush that brought them. */
  living(): Map<string, { readonly revision: bigint; readonly bytes: Buffer }> {
    const found = new Map<string, { revision: bigint; bytes: Buffer }>();
    for (const [revision, { versionId, bytes }] of this.deeds)
      if (versionId !== undefined && bytes !== undefined && this.catalog.version(versionId) !== undefined)
        found.set(versionId, { revision, bytes });
    return found;
  }
}

/** Totals of a catalog, or of one of its buckets, counted from what it lists. */
function counted(catalog: SqliteCatalog, only?: string) {
  const versions = catalog
    .buckets()
    .filter(({ bucket }) => only === undefined || bucket === only)
    .flatMap(({ bucket }) => catalog.list({ bucket, prefix: '', limit: 1000, versions: true }));
  const streams = versions.flatMap(({ versionId }) => catalog.version(versionId)?.streams ?? []);
  const stripes = [...catalog.stripes(), ...catalog.deadStripes()];
  return {
    objects: versions.filter(({ current, marker }) => current && marker === 'no').length,
    versions: versions.length,
    logicalBytes: versions.reduce((sum, { bytes }) => sum + bytes, 0),
    liveBytes: streams.reduce((sum, { sealedBytes }) => sum + sealedBytes, 0),
    storedBytes: stripes.reduce((sum, { shards, shardSize }) => sum + shards.length * shardSize, 0),
    stripes: stripes.length,
  };
}

/** Deletes shards that the catalog names no more, as providers do after a while. */
function forgetUnnamed({ catalog, world }: History): void {
  const kept = new Set([...catalog.stripes()].flatMap(({ shards }) => shards.map(({ digest }) => digest)));
  for (const { shards } of world.doors)
    for (const digest of [...shards.keys()]) if (!kept.has(digest)) shards.delete(digest);
}

async function bytesOf(vault: Vault, bucket: string, key: string, versionId: string): Promise<Buffer> {
  const read = new GetObject(vault, {
    stripes: new ReadStripe(vault, new MemorySuspects(), 1_000_000),
    codec: new LocalCodec(64 << 20),
  });
  const pieces: Buffer[] = [];
  for await (const piece of read.run({ bucket, key, versionId }).body) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('RecoverVault', () => {
  let history: History;
  beforeEach(async () => {
    history = await new History().write();
  });

  it('A-134 says which flush is missing and decides nothing, each entry of a chain lost in turn', async () => {
    for (let revision = 1n; revision <= history.catalog.revision(); revision += 1n) {
      const giveBack = history.hide(revision);
      await assert.rejects(history.world.recover(), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'shards-unreachable');
        assert.match(error.message, new RegExp(`^flushes ${revision} of ${history.catalog.revision()} `));
        return true;
      });
      giveBack();
    }
    const { catalog, recovered } = await history.world.recover();
    assert.equal(recovered.lost, undefined);
    assert.deepEqual(allOf(catalog), allOf(history.catalog));
    const { quotaBytes, digests } = catalog.bucket('latest') ?? {};
    assert.deepEqual({ quotaBytes, digests }, limits);
  });

  it('A-134 recovers all that other flushes tell of where the loss of one is accepted, each in turn, and no false byte', async () => {
    const living = history.living();
    for (let revision = 1n; revision <= history.catalog.revision(); revision += 1n) {
      const giveBack = history.hide(revision);
      const { catalog, recovered } = await history.world.recover(undefined, true);
      assert.deepEqual(recovered.lost?.revisions, [revision]);
      assert.equal(catalog.revision(), history.catalog.revision());
      assert.equal(recovered.leasesChecked, 4);
      const gone = new Set(recovered.lost.versions.map(({ versionId }) => versionId));
      assert.deepEqual(catalog.usage(), counted(catalog), 'totals are those of the rows');
      for (const { bucket } of catalog.buckets()) {
        const { objects, logicalBytes: bytes } = counted(catalog, bucket);
        assert.deepEqual(catalog.bucketUsage(bucket), { objects, bytes });
      }
      const found = await history.versions(catalog);
      const written = new Map([...history.deeds.values()].map(({ versionId, bytes }) => [versionId, bytes]));
      for (const [versionId, bytes] of found) assert.deepEqual(bytes, written.get(versionId));
      for (const [versionId, deed] of living) {
        if (deed.revision !== revision && !gone.has(versionId))
          assert.ok(found.has(versionId), `${revision}`);
        if (deed.revision === revision) assert.ok(!found.has(versionId), 'nothing is invented');
      }
      assert.ok(gone.size <= 1, 'nothing of other flushes is lost that lies elsewhere');
      giveBack();
    }
  });

  it('A-134 goes on after a loss with a checkpoint, so that the next recovery is whole', async () => {
    const giveBack = history.hide(history.catalog.revision() - 4n);
    const { catalog } = await history.world.recover(undefined, true);
    const { put } = await history.world.open(catalog, 1000);
    await put.run({ bucket: 'latest', key: 'after', body: body(Buffer.from('after')) });
    await put.run({ bucket: 'kept', key: 'again', body: body(Buffer.from('again')) });
    giveBack();
    const again = await history.world.recover();
    assert.equal(again.recovered.lost, undefined);
    assert.equal(again.recovered.checkpoint, history.catalog.revision() + 1n);
    assert.deepEqual(allOf(again.catalog), allOf(catalog));
    assert.deepEqual(catalog.leftovers(), [], 'shards that nothing tells of are given up');
  });

  it('A-134 goes round the newest checkpoint when that is lost too, as long as there is anything behind it', async () => {
    const other = await new History().write(7);
    const chain = other.catalog.entryChain();
    assert.ok(chain.checkpoint);
    const inCheckpoint = [...chain.checkpoint.catalog.extents, ...chain.checkpoint.structure.extents];
    other.hideStripes(inCheckpoint.map(({ stripeId }) => other.catalog.stripe(stripeId) as Stripe));
    const whole = await other.world.recover();
    assert.equal(whole.recovered.lost, undefined);
    assert.ok((whole.recovered.checkpoint ?? 0n) < chain.revision);
    assert.deepEqual(allOf(whole.catalog), allOf(other.catalog));

    forgetUnnamed(other);
    await assert.rejects(other.world.recover(), { code: 'shards-unreachable' });
    const { catalog, recovered } = await other.world.recover(undefined, true);
    assert.ok(recovered.lost?.revisions.every((revision) => revision < chain.revision));
    const living = other.living();
    for (const [versionId, bytes] of await other.versions(catalog))
      assert.deepEqual(bytes, living.get(versionId)?.bytes);
    for (const [versionId, { revision }] of living)
      if (revision >= chain.revision) assert.ok(catalog.version(versionId), 'what came after it is there');
  });

  it('A-134 follows the entry before the last by the head alone', async () => {
    const row = history.world.rows.get('vault', 'v');
    const head = decodeHead(Buffer.from(row?.head ?? '', 'base64'));
    assert.equal(head.back[0]?.revision, history.catalog.revision() - 1n);
    history.hide(history.catalog.revision());
    const { recovered } = await history.world.recover(undefined, true);
    assert.deepEqual(recovered.lost?.revisions, [history.catalog.revision()]);
  });

  it('A-134 waits for a provider that does not say what lies under its lease', async () => {
    history.hide(3n);
    const [door] = history.world.doors;
    assert.ok(door);
    door.contents = async () => ({
      content: { revision: 1n, root: '', count: 0n, bytes: 0n },
      entries: [],
    });
    await assert.rejects(history.world.recover(undefined, true), /d1 does not say what lies under/);
  });

  it('A-134 logs what was lost when a gateway opens so, and stays closed unless it may', async () => {
    history.hide(4n);
    const log = new KeptLog();
    const means = () => history.world.means(new SqliteCatalog(':memory:'));
    await assert.rejects(new OpenVault(means()).run(), { code: 'shards-unreachable' });
    await assert.rejects(new OpenVault(means(), { acceptLoss: false, log }).run(), {
      code: 'shards-unreachable',
    });
    assert.deepEqual(log.lines, []);
    const vault = await new OpenVault(means(), { acceptLoss: true, log }).run();
    const [line] = log.lines as KeptLog['lines'];
    assert.match(line?.message ?? '', /recovered without flushes that are lost/);
    assert.equal(line?.facts['flushes'], '4');
    assert.equal(vault.means.catalog.revision(), history.catalog.revision());
  });

  it('F-14 makes a bucket anew whose settings are lost, keeping every version', async () => {
    history.hide(2n);
    const { catalog, recovered } = await history.world.recover(undefined, true);
    assert.deepEqual(recovered.lost?.buckets, ['kept']);
    assert.equal(catalog.bucket('kept')?.versions, 'keep');
    assert.equal(catalog.bucket('kept')?.dataShards, 2);
  });
});

import type { Flush } from '@dstore/application/core/delta.js';
import type { Catalog } from '@dstore/application/ports/catalog.js';
import assert from 'node:assert/strict';

import { allOf } from '../application/catalog-rows.js';
import { SeededRandom } from '../application/memory-vault.js';
import { bucketOf, buckets, FlushSource, keys, leftoversOf } from './catalog-flushes.js';
import { CatalogModel } from './catalog-model.js';

/** A catalog under test, and how to come back to it. */
export interface CatalogWorld {
  catalog: Catalog;
  /** A new and empty one of the same kind. */
  another(): Catalog;
  /** Closes the catalog and opens it again; undefined where nothing outlives it. */
  readonly reopen: (() => Catalog) | undefined;
  close(): void;
}

const seed = process.env['SEED'] ?? '20251';

/** What every catalog must do. */
export function catalogConformance(name: string, open: () => CatalogWorld): void {
  describe(`catalog of ${name}`, () => {
    let world: CatalogWorld;
    let model: CatalogModel;
    let source: FlushSource;

    beforeEach(() => {
      world = open();
      model = new CatalogModel();
      source = new FlushSource(new SeededRandom(seed), model);
    });
    afterEach(() => world.close());

    const flush = (count: number, watch: (made: Flush) => void = () => undefined) => {
      for (let at = 0; at < count; at += 1) {
        const made = source.next();
        world.catalog.apply(made);
        model.apply(made);
        watch(made);
      }
    };

    it(`A-139 I-13 answers as a naive model does after each of 150 random flushes (seed ${seed})`, () => {
      let [left, relocated, sparse] = [0, 0, 0];
      flush(150, ({ catalog }) => {
        sameAs(world.catalog, model);
        left += world.catalog.leftovers().length;
        relocated += catalog.relocations?.length ?? 0;
        sparse += model.sparse.length;
      });
      assert.ok(relocated > 20 && sparse > 20, 'versions moved out of stripes and left some behind');
      assert.ok(model.versions.length > 20 && model.stripes.size > 20, 'the history is worth its name');
      assert.ok(left > 0, 'some moves left entries behind');
    });

    it(`lists any prefix, from anywhere, any number of names at a time, in UTF-8 byte order (seed ${seed})`, () => {
      flush(40);
      const random = new SeededRandom(`${seed} listings`);
      for (let at = 0; at < 400; at += 1) {
        const versions = random.below(2) === 0;
        const key = keys[random.below(keys.length)] as string;
        const known = model.versions[random.below(model.versions.length)];
        const from = [undefined, { key }, known && { key: known.key, versionId: known.versionId }];
        const after = from[random.below(versions ? 3 : 2)];
        const listing = {
          bucket: buckets[random.below(2)] as string,
          prefix: ['', 'a', 'a/', '\uFFFD', '\u{10000}', 'zz'][random.below(6)] as string,
          limit: 1 + random.below(8),
          versions,
          ...(after === undefined ? {} : { after }),
        };
        if (after?.versionId !== undefined && known?.bucket !== listing.bucket) continue;
        const listed = model.list(listing);
        assert.deepEqual(world.catalog.list(listing), listed, JSON.stringify(listing));
        if (after?.versionId === undefined)
          assert.equal(world.catalog.firstKey(listing), listed[0]?.key, JSON.stringify(listing));
      }
    });

    it('lists page after page what it lists at once', () => {
      flush(40);
      const whole = world.catalog.list({ bucket: 'one', prefix: '', limit: 10_000, versions: true });
      const paged = [];
      for (let last = whole.slice(0, 0).at(-1); ;) {
        const after = last === undefined ? {} : { after: { key: last.key, versionId: last.versionId } };
        const page = world.catalog.list({ bucket: 'one', prefix: '', limit: 3, versions: true, ...after });
        paged.push(...page);
        last = page.at(-1);
        if (last === undefined) break;
      }
      assert.deepEqual(paged, whole);
    });

    it('goes on behind a version that was dropped meanwhile without leaving anything of its key out', () => {
      flush(120);
      const count = new Map<string, number>();
      for (const { bucket, key } of model.versions)
        if (bucket === 'one') count.set(key, (count.get(key) ?? 0) + 1);
      const [key] = [...count].find(([, versions]) => versions > 2) as [string, number];
      const of = world.catalog.list({ bucket: 'one', prefix: key, limit: 100, versions: true });
      const [first, ...rest] = of.filter((version) => version.key === key);
      assert.ok(first);
      const made = source.next();
      const dropped = { ...made.catalog, versions: [], droppedVersions: [first.versionId] };
      world.catalog.apply({ ...made, catalog: dropped });
      const after = { key, versionId: first.versionId };
      const page = world.catalog.list({ bucket: 'one', prefix: key, limit: 100, versions: true, after });
      const seen = page.map(({ versionId }) => versionId);
      for (const { versionId } of rest) assert.ok(seen.includes(versionId));
    });

    it('takes no revision but the next, and nothing of one that fails in the middle', () => {
      flush(3);
      const before = allOf(world.catalog);
      const made = source.next();
      for (const revision of [made.catalog.revision - 1n, made.catalog.revision + 1n]) {
        const wrong = { ...made, catalog: { ...made.catalog, revision } };
        assert.throws(() => world.catalog.apply(wrong), RangeError);
      }
      const twice = { ...made, structure: { ...made.structure, stripes: made.locator.stripes } };
      assert.throws(() => world.catalog.apply(twice));
      assert.deepEqual(allOf(world.catalog), before);
    });

    it('F-101 remembers one flush that is about to be committed until it is applied or forgotten', () => {
      flush(2);
      const made = source.next();
      const intent = { revision: made.catalog.revision, headDigest: 'ab'.repeat(32), flush: made };
      world.catalog.remember({ ...intent, headDigest: '00'.repeat(32) });
      world.catalog.remember(intent);
      assert.deepEqual(world.catalog.intent(), intent);
      assert.equal(world.catalog.revision(), 2n, 'nothing of it is applied');
      world.catalog.forgetIntent();
      assert.equal(world.catalog.intent(), undefined);
      world.catalog.remember(intent);
      world.catalog.apply(made);
      assert.equal(world.catalog.intent(), undefined);
    });

    it('makes, changes and drops buckets', () => {
      flush(1);
      const change = (part: Partial<Flush['catalog']>) => {
        const made = source.next();
        const flushed = { ...made, catalog: { ...made.catalog, versions: [], droppedVersions: [], ...part } };
        world.catalog.apply(flushed);
        model.apply(flushed);
      };
      const wide = { ...bucketOf('wide'), dataShards: 4, quotaBytes: 7 };
      change({ buckets: [bucketOf('wide'), bucketOf('b')] });
      change({ buckets: [wide], droppedBuckets: ['b'] });
      assert.deepEqual(world.catalog.bucket('wide'), wide);
      assert.equal(world.catalog.bucket('b'), undefined);
      assert.deepEqual(
        world.catalog.buckets().map(({ bucket }) => bucket),
        ['one', 'two', 'wide'],
      );
    });

    it(`A-135 is equal to one that was restored from its parts and given the next flush (seed ${seed})`, async () => {
      for (let turn = 0; turn < 6; turn += 1) {
        flush(17, ({ structure }) => assert.equal(structure.revision % 9n === 0n, 'checkpoint' in structure));
        while (model.revision % 9n !== 8n) flush(1);
        const other = world.another();
        try {
          const { structure, catalog } = world.catalog.restate();
          await other.restore(world.catalog.revision(), {
            structure: slowly(structure),
            catalog: slowly(catalog),
          });
          flush(1, (made) => other.apply(made));
          assert.deepEqual(allOf(other), allOf(world.catalog));
        } finally {
          other.close();
        }
      }
    });

    it('keeps what it has when a part of what it is restored from can not be had', async () => {
      flush(12);
      const before = allOf(world.catalog);
      const { structure, catalog } = world.catalog.restate();
      const parts = { structure: slowly([...structure]), catalog: failing([...catalog]) };
      await assert.rejects(world.catalog.restore(5n, parts), /cut off/);
      assert.deepEqual(allOf(world.catalog), before);
      flush(3, () => sameAs(world.catalog, model));
    });

    it('F-02 has everything again after it was closed, intents too', function () {
      if (world.reopen === undefined) {
        assert.deepEqual(allOf(world.another()).versions, [], 'nothing is shared between two of them');
        return;
      }
      flush(30);
      const made = source.next();
      world.catalog.remember({ revision: made.catalog.revision, headDigest: 'cd'.repeat(32), flush: made });
      const before = allOf(world.catalog);
      world.catalog = world.reopen();
      assert.deepEqual(allOf(world.catalog), before);
      assert.deepEqual(world.catalog.intent()?.flush, made);
      world.catalog.apply(made);
      model.apply(made);
      flush(10, () => sameAs(world.catalog, model));
    });
  });
}

async function* slowly<T>(parts: Iterable<T>): AsyncGenerator<T> {
  for (const part of parts) yield await Promise.resolve(part);
}

async function* failing<T>(parts: Iterable<T>): AsyncGenerator<T> {
  yield* slowly(parts);
  throw new Error('cut off');
}

function sameAs(catalog: Catalog, model: CatalogModel): void {
  assert.equal(catalog.revision(), model.revision);
  for (const bucket of buckets) {
    for (const versions of [true, false]) {
      const listing = { bucket, prefix: '', limit: 10_000, versions };
      assert.deepEqual(catalog.list(listing), model.list(listing));
    }
    for (const key of keys) assert.deepEqual(catalog.current(bucket, key), model.current(bucket, key));
  }
  for (const version of model.versions) assert.deepEqual(catalog.version(version.versionId), version);
  const stripes = [...model.stripes.values()].sort((a, b) => (a.stripeId < b.stripeId ? -1 : 1));
  const isLive = ({ stripeId }: { stripeId: string }) => model.live(stripeId) > 0;
  assert.deepEqual([...catalog.stripes()], stripes.filter(isLive));
  assert.deepEqual(
    [...catalog.deadStripes()],
    stripes.filter((stripe) => !isLive(stripe)),
  );
  assert.deepEqual(
    [...catalog.sparseStripes()],
    model.sparse.sort((a, b) => (a.stripeId < b.stripeId ? -1 : 1)),
  );
  const mirrors = catalog
    .mirrors()
    .map(({ leaseId, diskId, revision, shards }) => [leaseId, diskId, revision, shards]);
  const leases = [...model.leases].map(([leaseId, { diskId, revision, slots }]) => [
    leaseId,
    diskId,
    revision,
    slots,
  ]);
  assert.deepEqual(mirrors.sort(), leases.sort());
  assert.deepEqual(
    catalog.leftovers().map(({ leaseId, position }) => [leaseId, position]),
    leftoversOf(model)
      .sort((a, b) => (a.leaseId < b.leaseId ? -1 : a.leaseId > b.leaseId ? 1 : a.position - b.position))
      .map(({ leaseId, position }) => [leaseId, position]),
  );
  assert.deepEqual(catalog.usage(), model.usage());
  for (const bucket of [...buckets, 'none'])
    assert.deepEqual(catalog.bucketUsage(bucket), model.bucketUsage(bucket));
  sameEntries(catalog, model);
}

function sameEntries(catalog: Catalog, model: CatalogModel): void {
  const { flush } = model.checkpoint ?? {};
  const checkpoint = flush?.structure.checkpoint;
  assert.deepEqual(catalog.entryChain(), {
    revision: flush?.locator.revision ?? 0n,
    checkpoint,
    entries: model.locators.length,
    entryBytes: 100 * model.locators.length,
  });
  const holding = new Set(model.locators.flatMap(({ stripes }) => stripes.map(({ stripeId }) => stripeId)));
  for (const { extents } of checkpoint === undefined ? [] : [checkpoint.catalog, checkpoint.structure])
    for (const { stripeId } of extents) holding.add(stripeId);
  for (const stripeId of model.stripes.keys()) {
    assert.equal(catalog.holdsEntry(stripeId), holding.has(stripeId));
    const within = model.versions.filter(({ streams }) =>
      streams.some(({ extents }) => extents.some((extent) => extent.stripeId === stripeId)),
    );
    assert.deepEqual(
      [...catalog.versionsIn(stripeId)].sort(),
      within.map(({ versionId }) => versionId).sort(),
    );
  }
  for (let revision = 1n; revision <= model.revision; revision += 1n) {
    const known = model.locators.find((locator) => locator.revision === revision);
    const stripes = known?.stripes.map(({ stripeId }) => model.stripes.get(stripeId));
    assert.deepEqual(catalog.locator(revision), known && { ...known, stripes });
  }
}

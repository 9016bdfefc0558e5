/*
 * Claim: with ten million objects a page of a listing takes less than 20 ms, a put is less than 10 % slower than on an
 * empty catalog, and a gateway opens its catalog in less than 3 s. `--smoke` fills 20,000 only, `--objects=N` so many.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import type { CatalogDelta, Flush, Stripe, StructureDelta, Version } from '@dstore/application/core/delta.js';
import { ListObjects, type ListRequest } from '@dstore/application/use-cases/list-objects.js';

import { report, verdict, withUnit } from './report.js';

const smoke = process.argv.includes('--smoke');
const given = process.argv.find((argument) => argument.startsWith('--objects='))?.split('=')[1];
const objects = Number(given ?? (smoke ? 20_000 : 10_000_000));
const rounds = smoke ? 5 : 200;
/** Objects of some 10 KiB that fill a stripe of (4, 2). */
const perStripe = 400;
const perFlush = 64;
const disks = 6;
const bucket = 'photos';

const hex = (text: string, bytes: number) =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 2 * bytes);
const leaseOn = (disk: number) => hex(`lease ${disk}`, 16);

// Every key once, in an order that has nothing to do with that of names: an odd multiplier and a modulus without it.
const keyOf = (number: number) => {
  const place = (number * 7_919_993) % objects;
  const name = place.toString().padStart(9, '0');
  return `${name.slice(0, 4)}/${name.slice(4, 7)}/IMG_${name}.jpg`;
};

function stripeOf(name: string): Stripe {
  const shards = Array.from({ length: disks }, (_, index) => ({
    index,
    digest: hex(`${name} ${index}`, 32),
    leaseId: leaseOn(index),
    diskId: `disk-${index}`,
  }));
  return {
    stripeId: hex(name, 16),
    dataShards: 4,
    parityShards: 2,
    length: 4 << 20,
    shardSize: 1 << 20,
    shards,
  };
}

/** A version as a put makes it; `number` counts puts, so that ids grow as those of a gateway do. */
function versionOf(number: number, key: string, stripeId: string): Version {
  const modified = 1_750_000_000_000 + number;
  const length = 10_000;
  const stream = {
    sealId: hex(`seal ${number}`, 16),
    wrappedKey: Buffer.alloc(60, number).toString('base64'),
    plainBytes: length - 56,
    sealedBytes: length,
    extents: [{ stripeId, offset: (number % perStripe) * length, length }],
  };
  return {
    versionId: modified.toString(16).padStart(12, '0') + hex(`version ${number}`, 10),
    ...{ bucket, key, bytes: stream.plainBytes, modified, marker: 'no' },
    headers: [['content-type', 'image/jpeg']],
    metadata: [],
    streams: [stream],
  };
}

async function* structure(): AsyncGenerator<StructureDelta> {
  const nothing = { format: 1, revision: 1n, droppedStripes: [], moves: [], droppedLeases: [] };
  const stripes = Math.ceil(objects / perStripe);
  for (let from = 0; from < stripes; from += 250) {
    const part = Array.from({ length: Math.min(250, stripes - from) }, (_, at) =>
      stripeOf(`stripe ${from + at}`),
    );
    yield { ...nothing, stripes: part, leases: [] };
  }
  for (let disk = 0; disk < disks; disk += 1) {
    const steps = Array.from({ length: stripes }, (_, at) => ({
      append: { stripeId: hex(`stripe ${at}`, 16), index: disk },
    }));
    const lease = { leaseId: leaseOn(disk), diskId: `disk-${disk}`, revision: 1n, steps };
    yield { ...nothing, stripes: [], leases: [lease] };
  }
}

async function* versions(): AsyncGenerator<CatalogDelta> {
  const nothing = { format: 1, revision: 1n, droppedBuckets: [], droppedVersions: [] };
  const made = { bucket, dataShards: 4, parityShards: 2, versions: 'latest' as const, created: 1 };
  yield { ...nothing, buckets: [made], versions: [] };
  for (let from = 0; from < objects; from += 1000) {
    const part = Array.from({ length: Math.min(1000, objects - from) }, (_, at) => {
      const number = from + at;
      return versionOf(number, keyOf(number), hex(`stripe ${Math.floor(number / perStripe)}`, 16));
    });
    yield { ...nothing, buckets: [], versions: part };
  }
}

let puts = 0;

/** The next flush of so many puts, of names that follow one another or lie all over the bucket. */
function flushOf(catalog: SqliteCatalog, count: number, inOrder: boolean): Flush {
  const revision = catalog.revision() + 1n;
  const stripe = stripeOf(`flush ${puts}`);
  const put = () => {
    const number = objects + (puts += 1);
    const key = inOrder ? `0005/new/IMG_${number.toString().padStart(12, '0')}` : keyOf(hashed(number));
    return versionOf(number, `${key}.${number}`, stripe.stripeId);
  };
  const entry = (offset: number) => ({
    sealedBytes: 500,
    extents: [{ stripeId: stripe.stripeId, offset, length: 500 }],
  });
  const { stripes, ...nothing } = {
    ...{ format: 1, revision, stripes: [], droppedStripes: [], moves: [], droppedLeases: [], leases: [] },
  };
  const made = { bucket, dataShards: 4, parityShards: 2, versions: 'latest' as const, created: 1 };
  return {
    catalog: {
      ...{ format: 1, revision, buckets: revision === 1n ? [made] : [], droppedBuckets: [] },
      versions: Array.from({ length: count }, put),
      droppedVersions: [],
    },
    structure: { ...nothing, stripes },
    locator: { revision, generation: 0n, catalog: entry(0), structure: entry(500), stripes: [stripe] },
  };
}

const hashed = (number: number) => Number.parseInt(hex(`place ${number}`, 6), 16) % objects;

/**
 * Milliseconds by the clock, and of processor time, of threads that write the log back too: on a busy machine the latter
 * say more.
 */
interface Taken {
  readonly clock: number;
  readonly processor: number;
}

function timed(act: () => unknown): Taken {
  const began = performance.now();
  const usage = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(usage);
  return { clock: performance.now() - began, processor: (user + system) / 1000 };
}

/** What a flush does with the catalog: remembers itself before the commit, is applied after it. */
function put(catalog: SqliteCatalog, count: number, inOrder: boolean): Taken {
  const flush = flushOf(catalog, count, inOrder);
  return timed(() => {
    catalog.remember({ revision: flush.locator.revision, headDigest: '00'.repeat(32), flush });
    catalog.apply(flush);
  });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

const median = (values: readonly number[]) => quantile(values, 0.5);

/** Median by clock; the slowest of a hundred and the median by processor beside it. */
function shown(times: readonly Taken[], compared = ''): { figure: string; compared: string } {
  const clock = times.map((one) => one.clock);
  const processor = median(times.map((one) => one.processor));
  const more = `99 % ${withUnit(quantile(clock, 0.99), 'ms')}, processor ${withUnit(processor, 'ms')}`;
  return { figure: withUnit(median(clock), 'ms'), compared: compared === '' ? more : `${more}; ${compared}` };
}

/** Pages of a thousand from places that differ from round to round. */
function listings(catalog: SqliteCatalog): Map<string, Taken[]> {
  const list = new ListObjects(catalog);
  const page = (request: Partial<ListRequest>) => timed(() => list.run({ bucket, limit: 1000, ...request }));
  const near = (share: number, round: number) => {
    const name = Math.floor(objects * share) + round * 1500;
    const padded = Math.min(name, objects - 1)
      .toString()
      .padStart(9, '0');
    return `${padded.slice(0, 4)}/${padded.slice(4, 7)}/`;
  };
  const places: Record<string, (round: number) => Partial<ListRequest>> = {
    front: () => ({}),
    middle: (round) => ({ startAfter: near(0.5, round) }),
    end: (round) => ({ startAfter: near(0.98, round) }),
    prefix: (round) => ({ prefix: near(0.3, round).slice(0, 5) }),
    'rolled up': (round) => ({ prefix: near(0.6, round).slice(0, 5), delimiter: '/' }),
  };
  return new Map(
    Object.entries(places).map(([name, at]) => [
      name,
      Array.from({ length: Math.ceil(rounds / 4) }, (_, round) => page(at(round))),
    ]),
  );
}

type Judged = Record<keyof Taken, number>;

/** Flushes of some puts on both catalogs in turn: what the full one takes against the empty one. */
async function race(full: SqliteCatalog, empty: SqliteCatalog, count: number, inOrder: boolean, state = '') {
  const both: Taken[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    both.push([full, empty].map((each) => put(each, count, inOrder)));
    // As a gateway does between two flushes, which must hear of what its threads have done.
    await setImmediate();
  }
  const sum = (at: number, by: keyof Taken) => both.reduce((all, pair) => all + (pair[at] as Taken)[by], 0);
  const ratios: Judged = {
    clock: sum(0, 'clock') / sum(1, 'clock'),
    processor: sum(0, 'processor') / sum(1, 'processor'),
  };
  const what = `flush of ${count}${count === 1 ? '' : inOrder ? ', in order' : ', all over'}${state}`;
  const compared = `${ratios.clock.toFixed(2)} x empty, by processor ${ratios.processor.toFixed(2)} x`;
  const lines = [
    {
      name: what,
      ...shown(
        both.map((pair) => pair[0] as Taken),
        compared,
      ),
    },
    { name: `${what}, empty catalog`, ...shown(both.map((pair) => pair[1] as Taken)) },
  ];
  return { ratios, lines };
}

/**
 * Puts three in a hundred of its names more, all over. What was restored has full pages, each of which the next name in
 * it splits: more than one that has been in use, as a vault of so many objects has.
 */
async function use(catalog: SqliteCatalog): Promise<void> {
  for (let used = 0; used < objects * 0.03; used += 512) {
    catalog.apply(flushOf(catalog, 512, false));
    await setImmediate();
  }
}

async function run(folder: string): Promise<void> {
  const path = join(folder, 'full.db');
  const filling = new SqliteCatalog(path);
  const fill = performance.now();
  await filling.restore(1n, { structure: structure(), catalog: versions() });
  const filled = (performance.now() - fill) / 1000;
  filling.close();
  const size = statSync(path).size;
  const opening: SqliteCatalog[] = [];
  const opened = timed(() => {
    const catalog = new SqliteCatalog(path);
    opening.push(catalog);
    catalog.mirrors();
  });
  const full = opening[0] as SqliteCatalog;
  const empty = new SqliteCatalog(join(folder, 'empty.db'));
  const usage = timed(() => full.usage());
  const pages = listings(full);
  const fresh = await race(full, empty, perFlush, false, ', just restored');
  await use(full);
  const races = [
    await race(full, empty, perFlush, true),
    await race(full, empty, perFlush, false),
    await race(full, empty, 1, false),
  ];
  const slowest = (by: keyof Taken) =>
    Math.max(...[...pages.values()].map((times) => median(times.map((one) => one[by]))));
  const dearest = (by: keyof Taken) => Math.max(...races.map(({ ratios }) => ratios[by]));
  report({
    title: 'the catalog of a large vault',
    setting: `${objects} objects, filled in ${filled.toFixed(0)} s, ${(size / objects).toFixed(0)} bytes each; medians; pages of 1000; flushes in turn with an empty catalog`,
    lines: [
      { name: 'open and read the vectors', ...shown([opened]) },
      { name: 'usage', ...shown([usage]) },
      ...[...pages].map(([name, times]) => ({ name: `page, ${name}`, ...shown(times) })),
      ...[fresh, ...races].flatMap(({ lines }) => lines),
    ],
    verdicts: [
      verdict('slowest page of a listing', { most: 20 }, slowest('clock'), { unit: 'ms' }),
      verdict('the same by processor time', { most: 20 }, slowest('processor'), { unit: 'ms' }),
      verdict('dearest put', { most: 1.1 }, dearest('clock'), { unit: 'x', ratio: 'of an empty catalog' }),
      verdict('the same by processor time', { most: 1.1 }, dearest('processor'), {
        unit: 'x',
        ratio: 'of an empty catalog',
      }),
      verdict('put all over one just restored', { most: 1.1 }, fresh.ratios.clock, {
        unit: 'x',
        ratio: 'of an empty catalog',
      }),
      verdict('open', { most: 3000 }, opened.clock, { unit: 'ms' }),
    ],
  });
  full.close();
  empty.close();
}

const folder = mkdtempSync(join(tmpdir(), 'catalog-bench-'));
try {
  await run(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

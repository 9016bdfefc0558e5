import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import { Denial } from '@dstore/application/ports/fault.js';
import { ListObjects, type ListRequest } from '@dstore/application/use-cases/list-objects.js';
import fc from 'fast-check';
import assert from 'node:assert/strict';

import { bucketOf } from '../../conformance/catalog-flushes.js';
import { locatorIn, stripeOfMany } from '../core/entries-of-tests.js';

const compareBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

function listing(keys: readonly string[]): ListObjects {
  const catalog = new SqliteCatalog(':memory:');
  catalog.apply({
    catalog: {
      ...{ format: 1, revision: 1n, droppedBuckets: [], droppedVersions: [], buckets: [bucketOf('b')] },
      versions: keys.map((key, at) => ({
        ...{ versionId: at.toString(16).padStart(32, '0'), bucket: 'b', key, bytes: 1, modified: 1 },
        ...{ marker: 'no', headers: [], metadata: [], streams: [] },
      })),
    },
    structure: {
      ...{
        format: 1,
        revision: 1n,
        droppedStripes: [],
        moves: [],
        droppedLeases: [],
        leases: [],
        stripes: [],
      },
    },
    locator: locatorIn(1n, [stripeOfMany(2, 3)]),
  });
  return new ListObjects(catalog);
}

/** All pages, one after the other: names, and rolled up ones with a mark. */
function walk(list: ListObjects, request: Omit<ListRequest, 'bucket' | 'cursor'>): string[] {
  const seen: string[] = [];
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = list.run({ bucket: 'b', ...request, ...(cursor === undefined ? {} : { cursor }) });
    assert.ok(page.items.length + page.prefixes.length <= request.limit);
    seen.push(...[...page.items.map(({ key }) => key), ...page.prefixes.map((name) => `${name}*`)]);
    cursor = page.next;
  }
  return seen.sort(compareBytes);
}

/** What the walk should see, by looking at every key. */
function naive(
  keys: readonly string[],
  prefix: string,
  delimiter: string | undefined,
  startAfter: string | undefined,
) {
  const seen = new Set<string>();
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    if (startAfter !== undefined && compareBytes(key, startAfter) <= 0) continue;
    const at = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
    seen.add(at < 0 || delimiter === undefined ? key : `${key.slice(0, at + delimiter.length)}*`);
  }
  return [...seen].sort(compareBytes);
}

describe('listing objects', () => {
  it('shows every name once, rolled up or not, on pages of any size (seed 14)', () => {
    const key = fc.string({
      unit: fc.constantFrom('a', 'b', '/', 'ä', '\u{1F600}', '\uFFFD'),
      minLength: 1,
      maxLength: 5,
    });
    const keySets = fc.uniqueArray(key, { maxLength: 25 });
    const start = fc.option(key, { nil: undefined });
    const prefixes = fc.constantFrom('', 'a', 'a/', '/', '\uFFFD');
    const delimiters = fc.constantFrom(undefined, '/', 'a/');
    fc.assert(
      fc.property(
        keySets,
        prefixes,
        delimiters,
        start,
        fc.integer({ min: 1, max: 7 }),
        (keys, prefix, delimiter, startAfter, limit) => {
          const request = {
            prefix,
            limit,
            ...(delimiter && { delimiter }),
            ...(startAfter && { startAfter }),
          };
          const wanted = naive(keys, prefix, delimiter, startAfter);
          assert.deepEqual(walk(listing(keys), request), wanted, JSON.stringify([keys, request]));
        },
      ),
      { seed: 14, numRuns: 150 },
    );
  });

  it('S-04 ends without a cursor on the page that shows the last name', () => {
    const list = listing(['a', 'b', 'c/d', 'c/e']);
    assert.equal(list.run({ bucket: 'b', limit: 4 }).next, undefined);
    assert.equal(list.run({ bucket: 'b', limit: 3, delimiter: '/' }).next, undefined);
    assert.notEqual(list.run({ bucket: 'b', limit: 3 }).next, undefined);
  });

  it('refuses cursors that are none, and buckets that are not there', () => {
    const list = listing(['a']);
    for (const cursor of [
      '',
      'x',
      Buffer.from('[1,null]').toString('base64url'),
      Buffer.from('{}').toString('base64url'),
    ])
      assert.throws(() => list.run({ bucket: 'b', limit: 1, cursor }), denial('cursor-malformed'));
    assert.throws(() => list.run({ bucket: 'none', limit: 1 }), denial('bucket-unknown'));
  });
});

function denial(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Denial && error.code === code;
}

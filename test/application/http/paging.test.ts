import assert from 'node:assert/strict';
import { newestFirst, nextLink, pageOfItems } from '@dstore/application/http/paging.js';
import { Denial } from '@dstore/application/ports/fault.js';
import fc from 'fast-check';

const itself = (name: string) => name;

/** All pages one after the other, with what is done to the items between two of them. */
function leafedThrough(items: readonly string[], limit: number, between = (now: readonly string[]) => now) {
  const pages: string[][] = [];
  let now = items;
  let cursor: string | undefined;
  do {
    const page = pageOfItems(now, itself, { limit, ...(cursor === undefined ? {} : { cursor }) });
    pages.push(page.items);
    cursor = page.next;
    now = between(now);
  } while (cursor !== undefined);
  return pages;
}

describe('pageOfItems', () => {
  const names = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }), {
    maxLength: 30,
  });

  it('gives each item once, in order, in pages that are full but the last', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 8 }), (items, limit) => {
        const pages = leafedThrough(items, limit);
        assert.deepEqual(
          pages.flat(),
          [...items].sort((a, b) => (a < b ? -1 : 1)),
        );
        for (const page of pages.slice(0, -1)) assert.equal(page.length, limit);
        assert.ok(items.length === 0 || (pages.at(-1)?.length ?? 0) > 0);
      }),
      { seed: 11 },
    );
  });

  it('loses and repeats nothing when the last item shown is gone before the next page', () => {
    const gone = (now: readonly string[]) => now.filter((name) => name !== 'b');
    assert.deepEqual(leafedThrough(['d', 'b', 'a', 'c'], 2, gone), [
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('refuses a cursor that it never gave', () => {
    for (const cursor of ['', '=', 'YQ==', 'a b', '\u{1F600}', '/w'])
      assert.throws(
        () => pageOfItems(['a'], itself, { limit: 1, cursor }),
        (error) => error instanceof Denial && error.code === 'cursor-malformed',
        cursor,
      );
  });
});

describe('newestFirst', () => {
  it('orders as text what numbers order the other way round', () => {
    const epochs = [10n ** 38n, 100n, 99n, 10n, 9n, 1n, 0n];
    const sorted = [...epochs].sort((a, b) => (newestFirst(a) < newestFirst(b) ? -1 : 1));
    assert.deepEqual(sorted, epochs);
  });
});

describe('nextLink', () => {
  it('keeps what was asked, with the next cursor', () => {
    assert.equal(
      nextLink('/v1/leases?state=active&cursor=x', { next: 'y+z' }),
      '</v1/leases?state=active&cursor=y%2Bz>; rel="next"',
    );
    assert.equal(nextLink('/v1/leases', { next: 'y' }), '</v1/leases?cursor=y>; rel="next"');
    for (const answer of [undefined, null, 'text', {}, { next: 5 }])
      assert.equal(nextLink('/v1/leases', answer), undefined);
  });
});

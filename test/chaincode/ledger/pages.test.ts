import assert from 'node:assert/strict';
import { pageOf, type PageRequest } from '@dstore/chaincode/ledger/pages.js';
import fc from 'fast-check';
import { MemoryStub } from '../memory-stub.js';
import { stateOf, txId } from './call-of-tests.js';

interface Page {
  readonly items: { readonly parts: string[]; readonly row: { readonly amount: string } }[];
  readonly next?: string;
}

const row = (at: number) => ({ v: 1, amount: String(at) });
const stubOf = (ids: readonly string[]) =>
  new MemoryStub(
    stateOf({
      ...Object.fromEntries(ids.map((id, at) => [`note/Org1/owner/${id}`, row(at)])),
      'note/Org1/owner2/x': row(0),
      'note/Org2/owner/x': row(0),
    }),
    { txId, now: 0 },
  );

async function page(stub: MemoryStub, change: Partial<PageRequest> = {}): Promise<Page> {
  const request: PageRequest = { kind: 'note', prefix: ['Org1', 'owner'], limit: 3, ...change };
  const answer = JSON.parse(await pageOf(stub.asStub(), request)) as Page;
  assert.equal(stub.openRanges, 0);
  return answer;
}

describe('ledger/pages', () => {
  it('answers rows in key order, and where to go on when more follow', async () => {
    const stub = stubOf(['a', 'b', 'c', 'd']);
    const first = await page(stub);
    assert.deepEqual(first.items[0], { parts: ['Org1', 'owner', 'a'], row: row(0) });
    assert.deepEqual([first.items.length, first.next], [3, 'note/Org1/owner/c']);
    const { items, next } = await page(stub, { after: first.next as string });
    assert.deepEqual([items.map(({ parts }) => parts[2]), next], [['d'], undefined]);
  });

  it('says no more when a page ends where the range does', async () => {
    assert.equal((await page(stubOf(['a', 'b', 'c']))).next, undefined);
    assert.deepEqual(await page(stubOf([])), { items: [] });
  });

  it('A-150 gives every row once, by pages of any size, though ids begin with each other', async () => {
    const ids = fc.uniqueArray(fc.stringMatching(/^[a0][a0.@_A-]{0,3}$/), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(ids, fc.integer({ min: 1, max: 7 }), async (names, limit) => {
        const stub = stubOf(names);
        const seen: string[] = [];
        for (let after: string | undefined, more = true; more;) {
          const { items, next } = await page(stub, { limit, ...(after !== undefined && { after }) });
          seen.push(...items.map(({ parts }) => parts[2] as string));
          assert.ok(next === undefined || items.length === limit);
          [after, more] = [next, next !== undefined];
        }
        assert.deepEqual(seen, [...names].sort());
      }),
    );
  });

  it('goes on after a row that is gone', async () => {
    const { items } = await page(stubOf(['a', 'c']), { after: 'note/Org1/owner/b' });
    assert.deepEqual(
      items.map(({ parts }) => parts[2]),
      ['c'],
    );
  });

  it('refuses to go on outside the range that it was asked for', async () => {
    for (const after of [
      '',
      'note/Org1/owner0',
      'note/Org1/owner2/x',
      'note/Org1/a',
      'vault/v',
      '\u{10ffff}',
    ])
      await assert.rejects(page(stubOf(['a']), { after }), { code: 'arguments-malformed' }, after);
    await assert.rejects(page(stubOf([]), { prefix: ['a/b'] }), { code: 'id-malformed' });
  });
});

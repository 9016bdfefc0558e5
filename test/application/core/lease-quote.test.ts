import assert from 'node:assert/strict';
import { chooseQuotes, type LeaseQuote, quoteOf } from '@dstore/application/core/lease-quote.js';
import fc from 'fast-check';

const quote = (diskId: string, organization: string, price: bigint): LeaseQuote => {
  return { diskId, organization, price, escrow: price * 10n, collateral: 5n };
};
const ids = (quotes: readonly LeaseQuote[] | undefined) => quotes?.map(({ diskId }) => diskId);

describe('a quote of a disk', () => {
  const disk = {
    diskId: 'd1',
    organization: 'Org1',
    price: 100n,
    collateralRate: 1000n,
    isLeased: false,
    isOffering: true,
    unleasedBytes: 3n << 29n,
    freeCollateral: 1500n,
  };
  const wish = { capacityBytes: 3n << 29n, termEpochs: 7n };

  it('is rent for the whole term and the stake, to the last byte and credit that there is', () => {
    const { diskId, organization, price } = disk;
    const expected = { diskId, organization, price, escrow: 1050n, collateral: 1500n };
    assert.deepEqual(quoteOf(disk, wish, 1000n), expected);
  });

  for (const [reason, change] of [
    ['leased', { isLeased: true }],
    ['not-offering', { isOffering: false }],
    ['too-full', { unleasedBytes: (3n << 29n) - 1n }],
    ['stake-too-low', { collateralRate: 999n }],
    ['collateral-short', { freeCollateral: 1499n }],
  ] as const)
    it(`is none for a disk that is ${reason}`, () => {
      assert.equal(quoteOf({ ...disk, ...change }, wish, 1000n), reason);
    });
});

describe('the choice among quotes', () => {
  const quotes = [
    quote('c', 'Org2', 3n),
    quote('b', 'Org1', 2n),
    quote('a', 'Org1', 1n),
    quote('d', 'Org2', 3n),
  ];

  it('takes the cheapest of each organization before a second one of any', () => {
    assert.deepEqual(ids(chooseQuotes(quotes, 2)), ['a', 'c']);
    assert.deepEqual(ids(chooseQuotes(quotes, 4)), ['a', 'c', 'b', 'd']);
  });

  it('is none where there are fewer than asked for', () => {
    assert.equal(chooseQuotes(quotes, 5), undefined);
    assert.deepEqual(chooseQuotes([], 0), []);
  });

  it('is the same in whatever order the quotes come, and never names a disk twice', () => {
    const some = fc.uniqueArray(
      fc.record({
        at: fc.nat(40),
        organization: fc.constantFrom('Org1', 'Org2', 'Org3'),
        price: fc.bigInt(0n, 3n),
      }),
      { selector: ({ at }) => at, maxLength: 12 },
    );
    fc.assert(
      fc.property(some, fc.nat(12), (given, count) => {
        const all = given.map(({ at, organization, price }) => quote(`d${at}`, organization, price));
        const chosen = chooseQuotes(all, count);
        assert.deepEqual(chosen, chooseQuotes(all.toReversed(), count));
        if (chosen === undefined) assert.ok(all.length < count);
        else assert.equal(new Set(ids(chosen)).size, count);
      }),
      { seed: 2026, numRuns: 300 },
    );
  });
});

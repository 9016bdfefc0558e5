import assert from 'node:assert/strict';
import {
  checkTerm,
  closingSplit,
  extended,
  finalTerms,
  gibibyte,
  insistActive,
  openedTab,
  paidTab,
  perGibibyte,
  resized,
  roomOf,
  type Row,
  termsIn,
  type TermsMoney,
} from '@dstore/chaincode/domain';
import fc from 'fast-check';
import { refused } from '../refused.js';
import { lease } from './rows-of-tests.js';

const held = { escrow: 2000n, collateral: 2000n };
const nothing = { toEscrow: 0n, fromEscrow: 0n, toCollateral: 0n, fromCollateral: 0n };
const gib = (count: bigint) => count * gibibyte;

/** What a lease's tab holds after money moved. */
function moved(tab: Row<'tab'>, money: TermsMoney): Row<'tab'> {
  return {
    ...tab,
    escrow: tab.escrow + money.toEscrow - money.fromEscrow,
    collateral: tab.collateral + money.toCollateral - money.fromCollateral,
  };
}

describe('domain/lease', () => {
  it('counts changed terms from their epoch on, and lets content have the smaller room', () => {
    const next = { from: 6n, terms: { capacityBytes: gib(1n), lastEpoch: 20n } };
    const changed = { ...lease, next };
    assert.deepEqual(
      [5n, 6n].map((epoch) => termsIn(changed, epoch)),
      [lease.terms, next.terms],
    );
    assert.deepEqual([finalTerms(lease), finalTerms(changed)], [lease.terms, next.terms]);
    assert.deepEqual(
      [roomOf(lease, 5n), roomOf(changed, 5n), roomOf(changed, 6n)],
      [gib(2n), gib(1n), gib(1n)],
    );
    const growing = { ...lease, next: { from: 6n, terms: { ...next.terms, capacityBytes: gib(9n) } } };
    assert.deepEqual(
      [5n, 6n].map((epoch) => roomOf(growing, epoch)),
      [gib(2n), gib(9n)],
    );
  });

  it('takes terms of 1 to a million epochs', () => {
    for (const epochs of [1n, 1_000_000n]) checkTerm(epochs);
    for (const epochs of [0n, 1_000_001n, 10n ** 30n]) refused('term-out-of-range', () => checkTerm(epochs));
  });

  it('A-117 extends from the next epoch on, for rent of the new epochs and collateral back to its height', () => {
    const { lease: longer, money } = extended(lease, 4n, 5n, 1700n);
    assert.deepEqual(longer.next, { from: 5n, terms: { ...lease.terms, lastEpoch: 15n } });
    assert.deepEqual(longer.terms, lease.terms);
    assert.deepEqual(money, { ...nothing, toEscrow: 1000n, toCollateral: 300n });
    assert.deepEqual(extended(lease, 4n, 5n, 2000n).money.toCollateral, 0n);
    assert.deepEqual(extended(lease, 4n, 5n, 2001n).money.toCollateral, 0n);
  });

  it('resizes for the epochs after this one: growing adds rent and stake, shrinking gives both back', () => {
    const grown = resized(lease, 4n, gib(3n), 0n, held);
    assert.deepEqual(grown.lease.next, { from: 5n, terms: { capacityBytes: gib(3n), lastEpoch: 10n } });
    assert.deepEqual(grown.money, { ...nothing, toEscrow: 600n, toCollateral: 1000n });
    const shrunk = resized(lease, 4n, gib(1n), gib(1n), held);
    assert.deepEqual(shrunk.money, { ...nothing, fromEscrow: 600n, fromCollateral: 1000n });
    const poor = resized(lease, 4n, gib(1n), 0n, { escrow: 10n, collateral: 20n });
    assert.deepEqual([poor.money.fromEscrow, poor.money.fromCollateral], [10n, 20n]);
  });

  it('A-36 refuses to resize to nothing, to the same and below the content', () => {
    for (const capacityBytes of [0n, gib(2n)])
      refused('capacity-out-of-range', () => resized(lease, 4n, capacityBytes, 0n, held));
    refused('lease-full', () => resized(lease, 4n, gib(1n), gib(1n) + 1n, held));
    refused('term-out-of-range', () => extended(lease, 4n, 0n, 2000n));
  });

  it('A-118 takes one change an epoch, of a lease that is active and goes on after this epoch', () => {
    const changes = [
      (of: Row<'lease'>, epoch: bigint) => extended(of, epoch, 5n, 2000n).lease,
      (of: Row<'lease'>, epoch: bigint) => resized(of, epoch, gib(1n) + epoch, 0n, held).lease,
    ];
    for (const change of changes)
      for (const again of changes) {
        refused('lease-changed', () => again(change(lease, 4n), 4n));
        assert.equal(again(change(lease, 4n), 5n).next?.from, 6n);
        for (const state of ['closed', 'defaulted'] as const)
          refused('lease-not-active', () => change({ ...lease, state }, 4n));
        refused('lease-not-active', () => change(lease, 10n));
        assert.equal(change(lease, 9n).next?.from, 10n);
      }
    insistActive(lease);
    refused('lease-not-active', () => insistActive({ ...lease, state: 'closed' }));
  });

  it('A-57 I2 I5 has in escrow what a list of epochs owes, through extensions, resizes, proofs and silence', () => {
    const big = (max: bigint) => fc.bigInt({ min: 1n, max });
    const steps = fc.array(
      fc.tuple(fc.constantFrom('extend', 'resize', 'none', 'none'), big(gib(1000n)), big(30n), fc.boolean()),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(big(10n ** 12n), big(gib(1000n)), big(20n), steps, (price, capacityBytes, term, wanted) => {
        let now: Row<'lease'> = { ...lease, price, terms: { capacityBytes, lastEpoch: term } };
        const rent = (bytes: bigint) => perGibibyte(price, bytes);
        // What each epoch of the term costs, as a list; an epoch that is paid owes nothing any more.
        let owed = Array.from({ length: Number(term) + 1 }, (_, epoch) =>
          epoch === 0 ? 0n : rent(capacityBytes),
        );
        let tab = openedTab(rent(capacityBytes) * term, perGibibyte(lease.collateralRate, capacityBytes), 0n);
        wanted.forEach(([kind, bytes, more, proves], at) => {
          const epoch = BigInt(at + 1);
          if (epoch >= finalTerms(now).lastEpoch) return;
          if (kind === 'extend') {
            const { lease: longer, money } = extended(now, epoch, more, tab.collateral);
            [now, tab] = [longer, moved(tab, money)];
            owed = [
              ...owed,
              ...Array.from({ length: Number(more) }, () => rent(termsIn(now, epoch).capacityBytes)),
            ];
          } else if (kind === 'resize' && bytes !== termsIn(now, epoch).capacityBytes) {
            const { lease: other, money } = resized(now, epoch, bytes, 0n, tab);
            [now, tab] = [other, moved(tab, money)];
            owed = owed.map((each, i) => (BigInt(i) > epoch ? rent(bytes) : each));
          }
          if (proves) {
            const { tab: next, paid } = paidTab(tab, now, epoch, []);
            assert.equal(paid, owed[Number(epoch)]);
            owed[Number(epoch)] = 0n;
            tab = next;
          }
          assert.equal(
            tab.escrow,
            owed.reduce((sum, each) => sum + each, 0n),
          );
          assert.equal(tab.collateral, perGibibyte(lease.collateralRate, finalTerms(now).capacityBytes));
        });
      }),
      { numRuns: 400 },
    );
  });

  it('A-57 A-62 splits what a tab holds and loses no credit: notice to the provider, the rest home', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 20n });
    fc.assert(
      fc.property(amount, amount, amount, amount, (escrow, earned, collateral, notice) => {
        const { toOwner, toProvider, toPool } = closingSplit({ escrow, earned, collateral }, notice);
        assert.equal(toOwner + toProvider + toPool, escrow + earned + collateral);
        assert.equal(toProvider - earned, notice < escrow ? notice : escrow);
        assert.equal(toPool, collateral);
      }),
    );
  });
});

import assert from 'node:assert/strict';
import {
  answeredTab,
  defaultReason,
  dueOf,
  emptiedTab,
  heldBy,
  missesInRow,
  openedTab,
  paidTab,
  reportedTab,
  type Row,
  waivedTab,
} from '@dstore/chaincode/domain';
import fc from 'fast-check';
import { refused } from '../refused.js';
import { lease, lossOf, tab } from './rows-of-tests.js';

type Tab = Row<'tab'>;
/** What a provider did in an epoch. */
type Did = 'paid' | 'answered' | 'nothing';

const due = 200n;
const entryOf = (name: string) => ({ index: 0n, entry: lossOf(name, 0n) });
const report = (of: Tab, epoch: bigint, ...names: string[]) =>
  reportedTab(of, lease, epoch, names.map(entryOf));

function after(of: Tab, epoch: bigint, did: Did): Tab {
  if (did === 'paid') return paidTab(of, lease, epoch, []).tab;
  return did === 'answered' ? answeredTab(of, epoch, []) : of;
}

/** The rule as the protocol has it, over a list of what was done from the first epoch on. */
function naiveMisses(history: readonly Did[], terms: Row<'lease'>): { inRow: number; default: boolean } {
  const { missLimit, missWindow, missesInWindow } = terms.pinned;
  const missed = history.map((did) => did === 'nothing');
  const inRow = missed.length - 1 - missed.lastIndexOf(false);
  const many = missed.slice(-missWindow).filter(Boolean).length >= missesInWindow;
  return { inRow, default: inRow >= missLimit || many };
}

describe('domain/tab', () => {
  it('opens with nothing earned or missed, payable from the next epoch on', () => {
    assert.deepEqual(tab, {
      v: 1,
      escrow: 2000n,
      earned: 0n,
      collateral: 2000n,
      provenThrough: 0n,
      answeredThrough: 0n,
      misses: 0,
      losses: [],
    });
    assert.equal(heldBy(tab), 4000n);
    assert.equal(heldBy(emptiedTab({ ...tab, earned: 5n, losses: [lossOf('a', 1n)] })), 0n);
    assert.deepEqual(emptiedTab({ ...tab, losses: [lossOf('a', 1n)] }).losses, []);
  });

  it('A-57 takes rent by the terms in force, rounded down', () => {
    assert.equal(dueOf(lease, 5n), due);
    const odd = { ...lease, terms: { ...lease.terms, capacityBytes: 3n }, price: 1n << 29n };
    assert.equal(dueOf(odd, 5n), 1n);
    const next = { from: 6n, terms: { ...lease.terms, capacityBytes: 1n << 30n } };
    assert.deepEqual(
      [5n, 6n].map((epoch) => dueOf({ ...lease, next }, epoch)),
      [200n, 100n],
    );
  });

  it('I5 pays an epoch from escrow to earned, to the unit, as far as escrow goes', () => {
    const { tab: first, paid } = paidTab(tab, lease, 1n, []);
    assert.deepEqual([paid, first.escrow, first.earned, first.provenThrough], [200n, 1800n, 200n, 1n]);
    const short = paidTab({ ...tab, escrow: 150n }, lease, 1n, []);
    assert.deepEqual([short.paid, short.tab.escrow, short.tab.earned], [150n, 0n, 150n]);
    assert.equal(heldBy(first), heldBy(tab));
  });

  it('A-101 calls a default where a list of epochs would: misses in a row, or many in a window', () => {
    const did = fc.constantFrom<Did>('paid', 'paid', 'answered', 'nothing', 'nothing');
    const pins = fc.record({
      missLimit: fc.integer({ min: 1, max: 10 }),
      missWindow: fc.integer({ min: 1, max: 24 }),
      missesInWindow: fc.integer({ min: 1, max: 24 }),
    });
    fc.assert(
      fc.property(fc.array(did, { maxLength: 60 }), pins, (history, pinned) => {
        const terms = {
          ...lease,
          terms: { ...lease.terms, lastEpoch: 100n },
          pinned: { ...lease.pinned, ...pinned },
        };
        let now = tab;
        history.forEach((each, at) => {
          now = after(now, BigInt(at + 1), each);
          const past = history.slice(0, at + 1);
          const naive = naiveMisses(past, terms);
          const epoch = BigInt(at + 2);
          assert.equal(missesInRow(now, terms, epoch), BigInt(naive.inRow));
          assert.equal(defaultReason(now, terms, epoch) === 'misses', naive.default, past.join());
        });
      }),
      { numRuns: 400 },
    );
  });

  it('counts no epoch that still runs, and none after the term', () => {
    const reason = (epoch: bigint, of = tab) => defaultReason(of, lease, epoch);
    assert.deepEqual(
      [1n, 2n, 3n, 4n].map((epoch) => reason(epoch)),
      [undefined, undefined, undefined, 'misses'],
    );
    const proven = { ...tab, provenThrough: 9n, answeredThrough: 9n };
    for (const epoch of [10n, 11n, 12n, 500n]) assert.equal(reason(epoch, proven), undefined);
    assert.equal(missesInRow(proven, lease, 500n), 1n);
    assert.equal(missesInRow(proven, lease, 5n), 0n);
    assert.equal(reason(500n, { ...proven, provenThrough: 7n, answeredThrough: 7n }), 'misses');
  });

  it('survives silence of a million epochs', () => {
    const long = { ...lease, terms: { ...lease.terms, lastEpoch: 10n ** 6n } };
    const late = paidTab(tab, long, 900_000n, []).tab;
    assert.equal(late.misses, 2 ** 24 - 2);
    assert.equal(defaultReason(late, long, 900_001n), 'misses');
    const answered = answeredTab(late, 900_000n, []);
    assert.deepEqual(answered, late);
  });

  it('A-101 does not forget misses by paying, nor count an answer twice', () => {
    const missed = paidTab(tab, lease, 3n, []).tab;
    assert.equal(missed.misses, 0b110);
    assert.equal(answeredTab(missed, 3n, []).misses, 0b110);
    assert.equal(paidTab(answeredTab(tab, 3n, []), lease, 3n, []).tab.misses, 0b110);
    assert.equal(paidTab(missed, lease, 4n, []).tab.misses, 0b1100);
  });

  it('A-108 moves an epoch’s rent a reported loss from collateral to escrow, as far as it goes', () => {
    const { tab: one, cost } = report(tab, 4n, 'a');
    assert.deepEqual([cost, one.collateral, one.escrow], [due, 1800n, 2200n]);
    assert.deepEqual(one.losses, [lossOf('a', 4n)]);
    const { tab: three, cost: more } = report(one, 5n, 'b', 'c');
    assert.deepEqual([more, three.collateral, three.losses.length], [2n * due, 1400n, 3]);
    const poor = report({ ...tab, collateral: 300n }, 4n, 'a', 'b');
    assert.deepEqual([poor.cost, poor.tab.collateral, poor.tab.escrow], [300n, 0n, 2300n]);
    assert.equal(heldBy(three), heldBy(tab));
  });

  it('A-108 takes each loss once, and 64 open ones at most', () => {
    const { tab: one } = report(tab, 4n, 'a');
    refused('loss-repeated', () => report(one, 5n, 'a'));
    refused('loss-repeated', () => report(tab, 5n, 'b', 'b'));
    const names = Array.from({ length: 64 }, (_, at) => `${at}`);
    const { tab: full } = report(tab, 4n, ...names);
    assert.equal(full.losses.length, 64);
    refused('batch-too-large', () => report(full, 4n, 'a'));
  });

  it('A-108 ends a loss by its cure or its waiver, and defaults when it is cured too late', () => {
    const { tab: two } = report(tab, 4n, 'a', 'b');
    const [a, b] = ['a', 'b'].map((name) => lossOf(name, 4n)) as [
      ReturnType<typeof lossOf>,
      ReturnType<typeof lossOf>,
    ];
    const answered = answeredTab(two, 5n, [a.digest]);
    assert.deepEqual([answered.losses, answered.answeredThrough, answered.provenThrough], [[b], 5n, 0n]);
    assert.deepEqual([answered.escrow, answered.earned], [two.escrow, 0n]);
    assert.deepEqual(paidTab(answered, lease, 6n, [b.digest]).tab.losses, []);
    assert.deepEqual(waivedTab(two, [a.digest]).losses, [b]);
    assert.deepEqual(waivedTab(two, [a.digest, b.digest]).losses, []);
    refused('loss-unknown', () => waivedTab(two, [a.digest, 'ff'.repeat(32)]));
    refused('loss-unknown', () => waivedTab(answered, [a.digest]));
    const kept = { ...two, answeredThrough: 100n };
    const long = { ...lease, terms: { ...lease.terms, lastEpoch: 200n } };
    assert.deepEqual(
      [16n, 17n].map((epoch) => defaultReason(kept, long, epoch)),
      [undefined, 'loss'],
    );
    assert.equal(defaultReason(waivedTab(kept, [a.digest, b.digest]), long, 17n), undefined);
  });

  it('A-108 makes keeping cheaper than a report, and a cure cheaper than silence, for one shard as for many', () => {
    for (const count of [1, 2, 5, 9]) {
      const names = Array.from({ length: count }, (_, at) => `${at}`);
      const { tab: reported, cost } = report(tab, 1n, ...names);
      const cured = paidTab(
        answeredTab(reported, 1n, []),
        lease,
        2n,
        reported.losses.map(({ digest }) => digest),
      );
      const worth = (of: Tab) => of.earned + of.collateral;
      const kept = worth(paidTab(paidTab(tab, lease, 1n, []).tab, lease, 2n, []).tab);
      const silent = 0n; // Default: collateral and escrow go to the owner.
      assert.ok(worth(cured.tab) < kept && worth(cured.tab) > silent, `${count} shards`);
      assert.equal(cost, due * BigInt(count));
    }
  });

  it('opens in whatever epoch', () => {
    const late = openedTab(1n, 1n, 7n);
    assert.equal(
      defaultReason(late, { ...lease, terms: { ...lease.terms, lastEpoch: 20n } }, 10n),
      undefined,
    );
    assert.equal(defaultReason(late, { ...lease, terms: { ...lease.terms, lastEpoch: 20n } }, 11n), 'misses');
  });
});

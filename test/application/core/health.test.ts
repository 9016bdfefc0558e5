import assert from 'node:assert/strict';

import {
  distrustedLeases,
  healthSummary,
  repairOrder,
  type Standing,
  standingOf,
  stripeHealth,
} from '@dstore/application/core/health.js';
import type { Row } from '@dstore/chaincode/domain';
import fc from 'fast-check';

import { leaseRow, tabRow } from '../rows.js';
import { stripeOn } from './stripes-of-tests.js';

const through = (answeredThrough: bigint) => tabRow({ answeredThrough });

describe('health', () => {
  const table: [string, Row<'lease'>, Row<'tab'>, bigint, bigint, Standing][] = [
    ['is good right after its opening', leaseRow(), through(10n), 10n, 1n, 'good'],
    ['is good while this epoch may still be answered', leaseRow(), through(10n), 11n, 1n, 'good'],
    ['is late after one missed epoch', leaseRow(), through(10n), 12n, 1n, 'late'],
    ['is gone after more than the grace', leaseRow(), through(10n), 13n, 1n, 'gone'],
    ['A-41 is late for as long as the grace lasts', leaseRow(), through(10n), 13n, 2n, 'late'],
    ['is gone at the first miss without any grace', leaseRow(), through(10n), 12n, 0n, 'gone'],
    ['is gone when closed', leaseRow({ state: 'closed' }), through(10n), 10n, 1n, 'gone'],
    ['is gone when defaulted', leaseRow({ state: 'defaulted' }), through(10n), 10n, 1n, 'gone'],
    [
      'is good when it answers but is not paid for open losses',
      leaseRow(),
      tabRow({ provenThrough: 1n, answeredThrough: 10n }),
      11n,
      1n,
      'good',
    ],
  ];
  for (const [title, lease, tab, epoch, grace, expected] of table)
    it(`says that a lease ${title}`, () => {
      assert.equal(standingOf(lease, tab, epoch, grace), expected);
    });

  const never = () => false;
  const gone =
    (...leases: string[]) =>
    (leaseId: string): Standing =>
      leases.includes(leaseId) ? 'gone' : 'good';

  it('counts shards of gone leases, lost shards and shards never placed as missing', () => {
    const stripe = stripeOn('s', [3, 3], [1, 2, undefined, 4, 5, 6]);
    const health = stripeHealth(stripe, gone('l2'), (shard) => shard.digest === 's-4');
    assert.deepEqual(
      health.live.map((shard) => shard.index),
      [0, 3, 5],
    );
    assert.deepEqual(health.missing, [
      { index: 1, former: stripe.shards[1] },
      { index: 2, former: undefined },
      { index: 4, former: stripe.shards[3] },
    ]);
    assert.equal(health.margin, 0);
  });

  it('agrees with counting shard by shard', () => {
    const drawn = fc.record({
      k: fc.integer({ min: 1, max: 6 }),
      m: fc.integer({ min: 0, max: 4 }),
      bad: fc.uniqueArray(fc.nat(9)),
      lost: fc.uniqueArray(fc.nat(9)),
    });
    fc.assert(
      fc.property(drawn, ({ k, m, bad, lost }) => {
        const all = Array.from({ length: k + m }, (_, index) => index);
        const stripe = stripeOn('s', [k, m], all);
        const health = stripeHealth(stripe, gone(...bad.map((at) => `l${at}`)), (shard) =>
          lost.includes(shard.index),
        );
        const alive = all.filter((index) => !bad.includes(index) && !lost.includes(index));
        assert.deepEqual(
          health.live.map((shard) => shard.index),
          alive,
        );
        assert.equal(health.margin, alive.length - k);
        assert.equal(health.missing.length, k + m - alive.length);
      }),
    );
  });

  it('A-134 puts stripes with entries first, then those with the fewest shards to spare', () => {
    const stripes = [
      stripeOn('whole', [2, 2], [1, 2, 3, 4]),
      stripeOn('spare', [2, 2], [1, 5, 6, 7]),
      stripeOn('b-bare', [2, 2], [1, 2, 5, 6]),
      stripeOn('a-bare', [2, 2], [1, 2, 5, 6]),
      stripeOn('entry', [2, 2], [1, 5, 6, 7], { holdsEntry: true }),
      stripeOn('lost', [2, 1], [1, 2, 5]),
    ];
    const health = stripes.map((stripe) =>
      stripeHealth(stripe, stripe.stripeId === 'whole' ? gone() : gone('l1', 'l2'), never),
    );
    assert.deepEqual(
      repairOrder(health).map(({ stripe }) => stripe.stripeId),
      ['entry', 'lost', 'a-bare', 'b-bare', 'spare'],
    );
    assert.deepEqual(healthSummary(health), {
      stripes: 6,
      complete: 1,
      byMargin: { lost: 1, '0': 2, '1': 2, '2': 1, more: 0 },
    });
  });

  it('distrusts leases that lack more than a few of their shards, and none that are gone anyway', () => {
    const stripes = Array.from({ length: 80 }, (_, at) => stripeOn(`s${at}`, [1, 2], [1, 2, 3]));
    const distrusted = (lost: number) =>
      distrustedLeases(
        stripes.map((stripe, at) =>
          stripeHealth(stripe, gone('l3'), (shard) => shard.diskId === 'd1' && at < lost),
        ),
        gone('l3'),
      );
    assert.deepEqual([...distrusted(0)], []);
    assert.deepEqual([...distrusted(10)], []);
    assert.deepEqual([...distrusted(11)], ['l1']);
    const few = stripes.slice(0, 8).map((stripe) => stripeHealth(stripe, gone(), () => true));
    assert.deepEqual([...distrustedLeases(few, gone())], []);
  });

  it('summarises nothing as nothing', () => {
    assert.deepEqual(healthSummary([]), {
      stripes: 0,
      complete: 0,
      byMargin: { lost: 0, '0': 0, '1': 0, '2': 0, more: 0 },
    });
  });
});

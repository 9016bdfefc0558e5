import assert from 'node:assert/strict';

import { type PlacedShard, type PlacedStripe, stripeHealth } from '@dstore/application/core/health.js';
import { planRepairs, type TargetDisk } from '@dstore/application/core/repair-plan.js';
import fc from 'fast-check';

import { shardOn, stripeOn } from './stripes-of-tests.js';

const disk = (at: number, change: Partial<TargetDisk> = {}): TargetDisk => ({
  diskId: `d${at}`,
  msp: `Org${at}`,
  site: `site${at}`,
  freeBytes: 1 << 30,
  lastResort: false,
  ...change,
});

/** Health when the given disks are gone. */
const without = (stripe: PlacedStripe, ...disks: number[]) =>
  stripeHealth(
    stripe,
    (leaseId) => (disks.some((at) => leaseId === `l${at}`) ? 'gone' : 'good'),
    () => false,
  );

const nowhere = () => false;
const plan = (
  queue: ReturnType<typeof without>[],
  targets: TargetDisk[],
  restorable: (shard: PlacedShard) => boolean = nowhere,
  budgetBytes = Infinity,
) => planRepairs({ queue, targets, restorable, budgetBytes });

describe('repair plan', () => {
  const six = [1, 2, 3, 4, 5, 6].map((at) => disk(at));

  it('moves what is missing to a disk that holds nothing of the stripe', () => {
    const stripe = stripeOn('s', [4, 2], [1, 2, 3, 4, 5, 6]);
    const gone = six.map((each) => (each.diskId === 'd6' ? { ...each, freeBytes: 0 } : each));
    assert.deepEqual(plan([without(stripe, 6)], [...gone, disk(7)]).repairs, [
      {
        stripeId: 's',
        sources: stripe.shards.slice(0, 5),
        rebuilds: [{ kind: 'move', index: 5, former: shardOn('s', 5, 6), diskId: 'd7' }],
        bytes: 5 << 20,
      },
    ]);
  });

  it('A-142 puts a lost shard back where its lease still names it', () => {
    const stripe = stripeOn('s', [4, 2], [1, 2, 3, 4, 5, 6]);
    const { repairs } = plan([without(stripe, 6)], [...six, disk(7)], (shard) => shard.diskId === 'd6');
    assert.deepEqual(repairs[0]?.rebuilds, [{ kind: 'restore', shard: shardOn('s', 5, 6) }]);
  });

  it('fills up a stripe that was committed degraded', () => {
    const { repairs } = plan([without(stripeOn('s', [2, 2], [1, 2, 3, undefined]))], six);
    assert.deepEqual(
      repairs[0]?.rebuilds.map((each) => (each.kind === 'move' ? [each.index, each.former] : [])),
      [[3, undefined]],
    );
  });

  it('prefers organizations, then sites, that hold nothing of the stripe, then room, and who failed before last', () => {
    const stripe = stripeOn('s', [1, 1], [1, 9]);
    const targets = [
      disk(1),
      disk(2, { msp: 'Org1', site: 'far', freeBytes: 2 ** 40 }),
      disk(3, { site: 'site1', freeBytes: 2 ** 40 }),
      disk(4, { freeBytes: 1 << 29 }),
      disk(5),
      disk(6, { lastResort: true, freeBytes: 2 ** 50 }),
    ];
    const order: string[] = [];
    for (let left = targets; left.length > 1;) {
      const move = plan([without(stripe, 9)], left).repairs[0]?.rebuilds[0];
      if (move?.kind !== 'move') break;
      order.push(move.diskId);
      left = left.filter((each) => each.diskId !== move.diskId);
    }
    assert.deepEqual(order, ['d5', 'd4', 'd3', 'd2', 'd6']);
  });

  it('leaves a stripe alone that has too few shards, and names it', () => {
    const lost = without(stripeOn('s', [4, 2], [1, 2, 3, 4, 5, 6]), 1, 2, 3);
    assert.deepEqual(plan([lost], six), { repairs: [], lost: ['s'], unplaced: [] });
  });

  it('rebuilds as far as there is room, and names what found no place', () => {
    const stripe = without(stripeOn('s', [2, 2], [1, 2, 3, 4]), 3, 4);
    const one = plan([stripe], [disk(1), disk(2), disk(7)]);
    assert.equal(one.repairs[0]?.rebuilds.length, 1);
    assert.deepEqual(one.unplaced, ['s']);
    const none = plan([stripe], [disk(1), disk(2), disk(7, { freeBytes: (1 << 20) - 1 })]);
    assert.deepEqual(none, { repairs: [], lost: [], unplaced: ['s'] });
  });

  it('accounts small shards as 4 KiB, as leases do', () => {
    const small = stripeOn('s', [1, 1], [1, 9], { shardSizeBytes: 64 });
    assert.equal(plan([without(small, 9)], [disk(7, { freeBytes: 4095 })]).unplaced.length, 1);
    assert.equal(plan([without(small, 9)], [disk(7, { freeBytes: 4096 })]).unplaced.length, 0);
  });

  it('A-41 stays under its budget, but never plans nothing', () => {
    const queue = ['a', 'b', 'c'].map((id) => without(stripeOn(id, [4, 2], [1, 2, 3, 4, 5, 6]), 6));
    const planned = (budget: number) =>
      plan(queue, [...six.slice(0, 5), disk(7)], nowhere, budget).repairs.map((each) => each.stripeId);
    assert.deepEqual(planned(0), ['a']);
    assert.deepEqual(planned(10 << 20), ['a', 'b']);
    assert.deepEqual(planned((15 << 20) - 1), ['a', 'b']);
    assert.deepEqual(planned(15 << 20), ['a', 'b', 'c']);
  });

  it('never puts two shards of a stripe on one disk, nor more on a disk than fits', () => {
    const drawn = fc.record({
      disks: fc.integer({ min: 1, max: 9 }),
      gone: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }),
      stripes: fc.integer({ min: 1, max: 5 }),
      room: fc.integer({ min: 0, max: 4 }),
      restores: fc.boolean(),
    });
    fc.assert(
      fc.property(drawn, ({ disks, gone, stripes, room, restores }) => {
        const queue = Array.from({ length: stripes }, (_, at) =>
          without(stripeOn(`s${at}`, [4, 2], [1, 2, 3, 4, 5, 6]), ...gone),
        ).filter(({ missing }) => missing.length > 0);
        const targets = Array.from({ length: disks }, (_, at) =>
          disk(at + 1, { freeBytes: gone.includes(at + 1) ? 0 : room << 20 }),
        );
        const { repairs, lost, unplaced } = plan(queue, targets, () => restores);
        const used = new Map<string, number>();
        for (const { rebuilds, sources } of repairs) {
          const places = rebuilds.map((each) => (each.kind === 'move' ? each.diskId : each.shard.diskId));
          const all = [...places, ...sources.map((shard) => shard.diskId)];
          assert.equal(new Set(all).size, all.length);
          for (const each of rebuilds)
            if (each.kind === 'move') used.set(each.diskId, (used.get(each.diskId) ?? 0) + 1);
        }
        for (const count of used.values()) assert.ok(count <= room);
        const accounted = new Set([...repairs.map((each) => each.stripeId), ...lost, ...unplaced]);
        assert.equal(accounted.size, queue.length);
      }),
    );
  });
});

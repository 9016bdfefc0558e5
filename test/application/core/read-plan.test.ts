import type { Stripe } from '@dstore/application/core/delta.js';
import { type ReadUnit, readPlan } from '@dstore/application/core/read-plan.js';
import { segmentBytes } from '@dstore/application/core/sealing.js';
import assert from 'node:assert/strict';

const stripe = (name: string, dataShards: number, shardSize = segmentBytes): Stripe => ({
  stripeId: name,
  dataShards,
  parityShards: 2,
  length: dataShards * shardSize,
  shardSize,
  shards: [],
});
const stripes = new Map([
  ['four', stripe('four', 4)],
  ['other', stripe('other', 4)],
  ['small', stripe('small', 4, 65_536)],
]);
const whole = (stripeId: string) => ({ stripeId, offset: 0, length: 4 * segmentBytes });
const tail = { stripeId: 'small', offset: 700, length: 1000 };

function plan(extents: { stripeId: string; offset: number; length: number }[], first: number, last: number) {
  const sealedBytes = extents.reduce((sum, { length }) => sum + length, 0);
  return [...readPlan({ extents, sealedBytes }, first, last, (id) => stripes.get(id))].map(shown);
}
const shown = (unit: ReadUnit) =>
  unit.kind === 'stripe'
    ? `${unit.stripe.stripeId} ${unit.firstSegment}+${unit.segments}`
    : `${unit.firstSegment}`;

describe('readPlan', () => {
  it('reads stripes whole of which all segments are wanted, and what is left by segments', () => {
    assert.deepEqual(plan([whole('four'), whole('other'), tail], 0, 8), ['four 0+4', 'other 4+4', '8']);
  });

  it('reads by segments where a range begins or ends within a stripe', () => {
    assert.deepEqual(plan([whole('four'), whole('other'), tail], 1, 7), ['1', '2', '3', 'other 4+4']);
    assert.deepEqual(plan([whole('four'), whole('other'), tail], 0, 6), ['four 0+4', '4', '5', '6']);
    assert.deepEqual(plan([whole('four'), whole('other'), tail], 5, 5), ['5']);
  });

  it('reads by segments what fills no stripe, and stripes that have gone', () => {
    const half = { stripeId: 'four', offset: 0, length: 2 * segmentBytes };
    const moved = { stripeId: 'four', offset: segmentBytes, length: 2 * segmentBytes };
    for (const extents of [
      [half, tail],
      [moved, tail],
      [{ ...half, stripeId: 'gone' }, tail],
    ])
      assert.deepEqual(plan(extents, 0, 2), ['0', '1', '2']);
  });

  it('names every segment once, wherever extents begin', () => {
    const odd = [{ stripeId: 'small', offset: 0, length: 100 }, whole('four'), whole('other'), tail];
    const sealedBytes = odd.reduce((sum, { length }) => sum + length, 0);
    const last = Math.ceil(sealedBytes / segmentBytes) - 1;
    assert.deepEqual(
      plan(odd, 0, last),
      Array.from({ length: last + 1 }, (_, at) => String(at)),
    );
  });
});

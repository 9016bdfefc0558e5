import { pack, runsOf } from '@dstore/application/core/packing.js';
import fc from 'fast-check';
import assert from 'node:assert/strict';

const named = () => {
  let next = 0;
  return () => `s${(next += 1)}`;
};

/** Every byte by itself: stream after stream, stripe after stripe. */
function naive(lengths: readonly number[], capacity: number): string[][] {
  let at = 0;
  return lengths.map((length) =>
    Array.from({ length }, () => {
      const place = `s${Math.floor(at / capacity) + 1}@${at % capacity}`;
      at += 1;
      return place;
    }),
  );
}

const places = (extents: readonly { stripeId: string; offset: number; length: number }[]) =>
  extents.flatMap(({ stripeId, offset, length }) =>
    Array.from({ length }, (_, at) => `${stripeId}@${offset + at}`),
  );

describe('packing', () => {
  it('lays streams end to end, as byte after byte would', () => {
    const lists = fc.array(fc.nat(30), { maxLength: 12 });
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 17 }), (lengths, capacity) => {
        const { extents, stripes } = pack(lengths, capacity, named());
        assert.deepEqual(extents.map(places), naive(lengths, capacity));
        const total = lengths.reduce((sum, length) => sum + length, 0);
        assert.equal(
          stripes.reduce((sum, { length }) => sum + length, 0),
          total,
        );
        for (const { length } of stripes.slice(0, -1)) assert.equal(length, capacity);
      }),
      { seed: 11 },
    );
  });

  it('begins no stripe for nothing, nor one behind a full one before it is needed', () => {
    assert.deepEqual(pack([], 8, named()), { extents: [], stripes: [] });
    assert.deepEqual(pack([0, 0], 8, named()), { extents: [[], []], stripes: [] });
    assert.equal(pack([8], 8, named()).stripes.length, 1);
    assert.equal(pack([8, 1], 8, named()).stripes.length, 2);
  });

  it('finds the runs of any range', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 5 }), fc.nat(200), fc.nat(200), (lengths, one, other) => {
        const { extents } = pack([3, ...lengths], 7, named());
        for (const stream of extents) {
          const all = places(stream);
          const [start, end] = [Math.min(one, other), Math.max(one, other)];
          if (end > all.length) assert.throws(() => runsOf(stream, start, end), RangeError);
          else assert.deepEqual(places(runsOf(stream, start, end)), all.slice(start, end));
        }
      }),
      { seed: 12 },
    );
  });
});

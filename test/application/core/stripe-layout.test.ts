import assert from 'node:assert/strict';

import { stripeLayout, wholeSteps } from '@dstore/application/core/stripe-layout.js';
import fc from 'fast-check';

const geometries = fc.record({
  dataShards: fc.integer({ min: 1, max: 255 }),
  parityShards: fc.integer({ min: 0, max: 254 }),
});
const sizes = fc.integer({ min: 1, max: 1 << 14 }).map((steps) => steps * 64);

describe('stripe layout', () => {
  it('puts lists, tables, shards and room behind each other without touching', () => {
    fc.assert(
      fc.property(geometries, sizes, fc.boolean(), (geometry, size, withRoom) => {
        const layout = stripeLayout(geometry, size, withRoom);
        const { dataShards: k, parityShards: m } = geometry;
        assert.ok(layout.tablesAt >= layout.listsAt + 2 * 4 * 255);
        assert.ok(layout.shardsAt >= layout.tablesAt + k * m * 32);
        assert.ok(layout.strideBytes >= size);
        assert.ok(layout.roomAt >= layout.shardsAt + (k + m - 1) * layout.strideBytes + size);
        assert.equal(layout.roomBytes, withRoom ? k * size : 0);
        assert.equal(layout.totalBytes, layout.roomAt + layout.roomBytes);
        for (const at of [layout.tablesAt, layout.shardsAt, layout.strideBytes, layout.roomAt])
          assert.equal(at % 64, 0);
      }),
      { seed: 64 },
    );
  });

  it('keeps full shards off a power of two apart', () => {
    const { strideBytes } = stripeLayout({ dataShards: 4, parityShards: 2 }, 1 << 20);
    assert.notEqual(strideBytes % 4096, 0);
  });

  it('rounds up to whole steps of 64 bytes', () => {
    assert.deepEqual([0, 1, 63, 64, 65].map(wholeSteps), [0, 64, 64, 64, 128]);
  });
});

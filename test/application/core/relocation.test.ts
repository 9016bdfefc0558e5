import { relocated, sameExtent } from '@dstore/application/core/relocation.js';
import assert from 'node:assert/strict';

const extent = (stripe: number, offset: number, length: number) => ({
  stripeId: String(stripe).padStart(32, '0'),
  offset,
  length,
});
const stream = (...extents: ReturnType<typeof extent>[]) => ({
  ...{ key: '', sealedBytes: extents.reduce((sum, { length }) => sum + length, 0) },
  extents,
});
type Streams = Parameters<typeof relocated>[0];
const extentsOf = (streams: Streams) => streams.map(({ extents }) => extents);

describe('relocated', () => {
  it('leaves streams alone of which nothing moved', () => {
    const streams = [stream(extent(1, 0, 10), extent(2, 5, 5))] as unknown as Streams;
    assert.deepEqual(relocated(streams, [{ from: extent(1, 0, 9), to: [extent(3, 0, 9)] }]), streams);
  });

  it('puts the new places where the old one stood, and keeps the order of bytes', () => {
    const streams = [stream(extent(1, 0, 10), extent(2, 5, 6), extent(1, 30, 4))] as unknown as Streams;
    const moved = [{ from: extent(2, 5, 6), to: [extent(3, 0, 2), extent(4, 0, 4)] }];
    assert.deepEqual(extentsOf(relocated(streams, moved)), [
      [extent(1, 0, 10), extent(3, 0, 2), extent(4, 0, 4), extent(1, 30, 4)],
    ]);
  });

  it('joins extents that meet now, of one stripe only', () => {
    const streams = [stream(extent(1, 0, 10), extent(2, 0, 5), extent(9, 0, 1))] as unknown as Streams;
    const moved = [
      { from: extent(1, 0, 10), to: [extent(3, 7, 10)] },
      { from: extent(2, 0, 5), to: [extent(3, 17, 5)] },
      { from: extent(9, 0, 1), to: [extent(4, 22, 1)] },
    ];
    assert.deepEqual(extentsOf(relocated(streams, moved)), [[extent(3, 7, 15), extent(4, 22, 1)]]);
  });
});

describe('sameExtent', () => {
  it('tells extents apart by stripe, offset and length', () => {
    assert.ok(sameExtent(extent(1, 2, 3), extent(1, 2, 3)));
    for (const other of [extent(2, 2, 3), extent(1, 3, 3), extent(1, 2, 4)])
      assert.ok(!sameExtent(extent(1, 2, 3), other));
  });
});

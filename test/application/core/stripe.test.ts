import { reconstruct } from '@dstore/application/core/erasure.js';
import { shardDigest, shardSize } from '@dstore/application/core/shard.js';
import { encodeStripe, paddingBytes, shardRuns } from '@dstore/application/core/stripe.js';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

const noise = (length: number, name = 'x') =>
  createHash('shake256', { outputLength: Math.max(1, length) })
    .update(`${name}${length}`)
    .digest()
    .subarray(0, length);

describe('stripes', () => {
  it('are cut evenly, filled up with the padding, and give all bytes back from any k shards', () => {
    for (const [dataShards, parityShards] of [
      [1, 1],
      [2, 1],
      [4, 2],
    ] as const) {
      for (const length of [1, 63, 64, 65, 127, 128, 129, 5000, dataShards << 20]) {
        const bytes = noise(length);
        const padding = noise(paddingBytes(length, dataShards), 'padding');
        const encoded = encodeStripe([bytes], { dataShards, parityShards }, padding);
        assert.equal(encoded.shardSize, shardSize(length, dataShards));
        const data = encoded.shards.slice(0, dataShards).map((shard) => shard.bytes);
        assert.ok(Buffer.concat(data).equals(Buffer.concat([bytes, padding])));
        for (const shard of encoded.shards) assert.equal(shard.digest, shardDigest(shard.bytes));
        const shards = encoded.shards.map(({ index, bytes: one }) => (index === 0 ? undefined : one));
        const [first] = reconstruct(shards, dataShards, parityShards, [0]);
        assert.ok(first?.equals(data[0] as Buffer));
      }
    }
  });

  it('do not depend on how the bytes came in', () => {
    const bytes = noise(2 << 20);
    const geometry = { dataShards: 2, parityShards: 1 };
    const whole = encodeStripe([bytes], geometry, Buffer.alloc(0));
    const halves = [bytes.subarray(0, 1 << 20), bytes.subarray(1 << 20)];
    assert.deepEqual(encodeStripe(halves, geometry, Buffer.alloc(0)), whole);
    const odd = [bytes.subarray(0, 7), bytes.subarray(7)];
    assert.deepEqual(encodeStripe(odd, geometry, Buffer.alloc(0)), whole);
  });

  it('differ in every shard that holds padding, though their bytes are equal', () => {
    const geometry = { dataShards: 2, parityShards: 1 };
    const [one, other] = [noise(27, 'one'), noise(27, 'other')].map((padding) =>
      encodeStripe([noise(101)], geometry, padding),
    );
    assert.notEqual(one?.shards[1]?.digest, other?.shards[1]?.digest);
    assert.notEqual(one?.shards[2]?.digest, other?.shards[2]?.digest);
  });

  it('refuse a padding that does not fill them, and lengths that they can not have', () => {
    const geometry = { dataShards: 2, parityShards: 1 };
    assert.throws(() => encodeStripe([noise(100)], geometry, Buffer.alloc(200)), RangeError);
    assert.throws(() => encodeStripe([], geometry, Buffer.alloc(0)), RangeError);
    assert.throws(() => paddingBytes((2 << 20) + 1, 2), RangeError);
  });

  it('S-14 name the shards that hold a range, as counting bytes one by one does', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), fc.integer({ min: 1, max: 70 }), (offset, length, size) => {
        const found = shardRuns(offset, length, size).flatMap(({ index, start, end }) =>
          Array.from({ length: end - start }, (_, at) => [index, start + at]),
        );
        const wanted = Array.from({ length }, (_, at) => [
          Math.floor((offset + at) / size),
          (offset + at) % size,
        ]);
        assert.deepEqual(found, wanted);
      }),
      { seed: 13 },
    );
  });
});

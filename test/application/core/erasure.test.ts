import assert from 'node:assert/strict';

import { encode, reconstruct } from '@dstore/application/core/erasure.js';
import { encodePlainly } from '@dstore/application/core/plain-erasure.js';

import { describeErasureCode, lose, stripe } from './erasure-code.js';

describeErasureCode('erasure code', { encode, reconstruct });

describe('erasure code in slices', () => {
  it('joins slices of shards of any length, one byte to more than three slices', () => {
    for (const length of [0, 1, 63, 64, 65, (16 << 10) - 1, 16 << 10, (16 << 10) + 1, 50_001]) {
      const data = stripe(4, 2, length);
      const parity = encode(data, 2);
      assert.deepEqual(parity, encodePlainly(data, 2), `${length} bytes`);
      const whole = lose([...data, ...parity], [1, 4]);
      assert.deepEqual(reconstruct(whole, 4, 2, [4, 1]), [parity[0], data[1]], `${length} bytes`);
    }
  });

  it('gives shards that later calls leave alone', () => {
    const [first, second] = [stripe(4, 2, 64), stripe(4, 2, 65).map((shard) => shard.subarray(1))];
    const parity = encode(first, 2);
    const copy = parity.map((shard) => Buffer.from(shard));
    encode(second, 2);
    assert.deepEqual(parity, copy);
  });
});

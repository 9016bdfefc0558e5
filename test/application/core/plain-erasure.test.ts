import assert from 'node:assert/strict';

import {
  encodePlainly,
  evenLength,
  presentIndices,
  reconstructPlainly,
} from '@dstore/application/core/plain-erasure.js';

import { describeErasureCode } from './erasure-code.js';

describeErasureCode('erasure code in plain TypeScript', {
  encode: encodePlainly,
  reconstruct: reconstructPlainly,
});

describe('shards of a stripe', () => {
  it('are present where they are not undefined, below the total', () => {
    const shard = Buffer.alloc(1);
    assert.deepEqual(presentIndices([shard, undefined, shard, shard], 3), [0, 2]);
  });

  it('have one length', () => {
    assert.equal(evenLength([]), 0);
    assert.equal(evenLength([Buffer.alloc(5), Buffer.alloc(5)]), 5);
    assert.throws(() => evenLength([Buffer.alloc(5), Buffer.alloc(6)]), RangeError);
  });
});

import {
  backRevisions,
  decodeHead,
  encodeHead,
  headBytes,
  headDigest,
  locatorAfter,
} from '@dstore/application/core/head.js';
import { Refusal } from '@dstore/chaincode/domain';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { locatorIn, stripeOfMany } from './entries-of-tests.js';

const small = (revision: bigint) => locatorIn(revision, [stripeOfMany(Number(revision), 3)]);

describe('heads', () => {
  it('give back what they were made of', () => {
    const head = { last: small(90n), checkpoint: small(80n), back: [small(86n)], previous: 'ab'.repeat(32) };
    assert.deepEqual(decodeHead(encodeHead(head)), { format: 1, ...head });
    assert.deepEqual(decodeHead(encodeHead({ last: small(1n), back: [] })), {
      format: 1,
      last: small(1n),
      back: [],
    });
  });

  it('A-135 fit into 8 KiB however large the consortium: they leave out far entries first, the checkpoint last', () => {
    const wide = (revision: bigint) => locatorIn(revision, [stripeOfMany(Number(revision), 16)]);
    const full = { last: small(90n), checkpoint: small(80n), back: [86n, 74n, 26n].map(wide) };
    const bytes = encodeHead(full);
    assert.ok(bytes.length <= headBytes);
    const kept = decodeHead(bytes);
    assert.ok(kept.back.length > 0 && kept.back.length < 3);
    assert.deepEqual(kept.back, full.back.slice(0, kept.back.length));
    assert.deepEqual(kept.checkpoint, full.checkpoint);
    const twoWide = {
      last: locatorIn(9n, [stripeOfMany(1, 16), stripeOfMany(2, 16)]),
      checkpoint: wide(5n),
      back: [],
    };
    const least = decodeHead(encodeHead(twoWide));
    assert.equal(least.checkpoint, undefined);
    assert.deepEqual(least.last, twoWide.last);
  });

  it('A-135 throw where the last entry alone lies in too many stripes', () => {
    const last = locatorIn(
      9n,
      [1, 2, 3, 4].map((at) => stripeOfMany(at, 16)),
    );
    assert.throws(() => encodeHead({ last, back: [] }), RangeError);
    assert.throws(() => encodeHead({ last, checkpoint: small(1n), back: [small(2n)] }), RangeError);
  });

  it('refuse what is none, and a newer format', () => {
    const bytes = encodeHead({ last: small(1n), back: [] });
    assert.throws(() => decodeHead(bytes.subarray(1)), Refusal);
    assert.throws(
      () => decodeHead(Buffer.from(bytes.toString().replace('"format":1', '"format":2'))),
      Refusal,
    );
    assert.equal(headDigest(bytes), createHash('sha256').update(bytes).digest('hex'));
  });

  it('name entries 1, 4, 16, 64 … flushes ago, as far as there are any', () => {
    assert.deepEqual(backRevisions(1n), []);
    assert.deepEqual(backRevisions(4n), [3n]);
    assert.deepEqual(backRevisions(5n), [4n, 1n]);
    assert.deepEqual(backRevisions(100n), [99n, 96n, 84n, 36n]);
    assert.equal(backRevisions(1n << 60n).length, 8);
  });

  it('A-136 name shards where they were moved to, shards that were missing too', () => {
    const [stripe, other] = [stripeOfMany(1, 3), stripeOfMany(2, 3)];
    const degraded = { ...stripe, shards: stripe.shards.slice(1) };
    const place = { digest: 'cd'.repeat(32), leaseId: 'e'.repeat(32), diskId: 'new' };
    const moves = [0, 2].map((index) => ({ stripeId: stripe.stripeId, shard: { index, ...place } }));
    const [moved, same] = locatorAfter(locatorIn(3n, [degraded, other]), moves).stripes;
    assert.deepEqual(moved?.shards, [{ index: 0, ...place }, stripe.shards[1], { index: 2, ...place }]);
    assert.deepEqual(same, other);
  });
});

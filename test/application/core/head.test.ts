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
import { deflateSync, inflateSync } from 'node:zlib';

import { locatorIn, stripeOfMany } from './entries-of-tests.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Of so many stripes on sixteen disks each; their digests can't be packed. */
function wide(revision: bigint, count: number) {
  const stripes = Array.from({ length: count }, (_, at) => stripeOfMany(Number(revision) * 100 + at, 16));
  return locatorIn(
    revision,
    stripes.map((stripe) => ({
      ...stripe,
      shards: stripe.shards.map((shard) => ({ ...shard, digest: sha256(stripe.stripeId + shard.index) })),
    })),
  );
}

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
    const back = [86n, 74n, 26n].map((revision) => wide(revision, 5));
    const full = { last: small(90n), checkpoint: small(80n), back };
    const bytes = encodeHead(full);
    assert.ok(bytes.length <= headBytes);
    const kept = decodeHead(bytes);
    assert.ok(kept.back.length > 0 && kept.back.length < 3);
    assert.deepEqual(kept.back, full.back.slice(0, kept.back.length));
    assert.deepEqual(kept.checkpoint, full.checkpoint);
    const twoWide = { last: wide(9n, 10), checkpoint: wide(5n, 5), back: [] };
    const least = decodeHead(encodeHead(twoWide));
    assert.equal(least.checkpoint, undefined);
    assert.deepEqual(least.last, twoWide.last);
  });

  it('A-135 throw where the last entry alone lies in too many stripes', () => {
    const last = wide(9n, 20);
    assert.throws(() => encodeHead({ last, back: [] }), RangeError);
    assert.throws(() => encodeHead({ last, checkpoint: small(1n), back: [small(2n)] }), RangeError);
  });

  it('are read packed and plain', () => {
    const head = { last: small(90n), back: [small(86n)] };
    const bytes = encodeHead(head);
    const plain = inflateSync(bytes);
    assert.equal(plain.toString().slice(0, 1), '{');
    assert.ok(bytes.length < plain.length / 2);
    assert.deepEqual(decodeHead(plain), decodeHead(bytes));
  });

  it('refuse what is none, and a newer format', () => {
    const bytes = encodeHead({ last: small(1n), back: [] });
    for (const cut of [bytes.subarray(1), bytes.subarray(0, -1), Buffer.alloc(0), Buffer.of(0x78)])
      assert.throws(() => decodeHead(cut), Refusal);
    const newer = inflateSync(bytes).toString().replace('"format":1', '"format":2');
    for (const form of [Buffer.from(newer), deflateSync(newer)])
      assert.throws(() => decodeHead(form), Refusal);
    assert.equal(headDigest(bytes), createHash('sha256').update(bytes).digest('hex'));
  });

  it('refuse one flipped byte', () => {
    const bytes = encodeHead({ last: small(1n), back: [small(2n)] });
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 1;
      assert.throws(() => decodeHead(damaged), Refusal, `byte ${at}`);
    }
  });

  it('refuse what unpacks to more than a head may hold', () => {
    assert.throws(() => decodeHead(deflateSync(Buffer.alloc(2 << 20))), /can not be unpacked/);
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

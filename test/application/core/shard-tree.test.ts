import assert from 'node:assert/strict';

import { shardDigest } from '@dstore/application/core/shard.js';
import {
  proofRange,
  proveChunkWithTree,
  subtreeBytes,
  treeBytes,
  treeFits,
  treeOf,
} from '@dstore/application/core/shard-tree.js';
import {
  blake3,
  chunkCount,
  judge,
  prove,
  proveBy,
  proveChunk,
  ShardVector,
  verifyChunk,
} from '@dstore/chaincode/domain';
import fc from 'fast-check';

import { noise } from './erasure-code.js';

/** The part that a proof reads. */
function partOf(shard: Buffer, chunk: number): Buffer {
  const { start, end } = proofRange(shard.length, chunk);
  return shard.subarray(start, end);
}

const sizes = [
  64,
  960,
  1024,
  1088,
  subtreeBytes - 64,
  subtreeBytes,
  subtreeBytes + 64,
  3 * subtreeBytes,
  100_032,
  1 << 20,
];

describe('tree of a shard', () => {
  it('proves every chunk as the whole shard does', () => {
    for (const size of sizes.slice(0, -2)) {
      const shard = noise(size, `tree/${size}`);
      const tree = treeOf(shard);
      for (let chunk = 0; chunk < chunkCount(size); chunk += 1)
        assert.deepEqual(
          proveChunkWithTree(tree, size, chunk, partOf(shard, chunk)),
          proveChunk(shard, chunk),
          `chunk ${chunk} of ${size} bytes`,
        );
    }
  });

  it('proves random chunks of full shards so that the law believes them', () => {
    const shard = noise(1 << 20, 'full');
    const tree = treeOf(shard);
    const digest = Buffer.from(shardDigest(shard), 'hex');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1023 }), (chunk) => {
        const proof = proveChunkWithTree(tree, shard.length, chunk, partOf(shard, chunk));
        assert.ok(proof !== undefined && verifyChunk(digest, shard.length, chunk, proof));
      }),
      { seed: 3, numRuns: 40 },
    );
  });

  it('fits the digest of its shard and no other', () => {
    for (const size of sizes) {
      const shard = noise(size, `fits/${size}`);
      const digest = blake3(shard).toString('hex');
      assert.ok(treeFits(treeOf(shard), size, digest), `${size} bytes`);
      if (size > subtreeBytes) assert.ok(!treeFits(treeOf(shard), size, shardDigest(shard.subarray(1))));
    }
  });

  it('does not fit when one byte of it differs or its length is another', () => {
    const shard = noise(3 * subtreeBytes, 'flip');
    const tree = treeOf(shard);
    const digest = shardDigest(shard);
    tree[40] = (tree[40] as number) ^ 1;
    assert.ok(!treeFits(tree, shard.length, digest));
    assert.ok(!treeFits(tree.subarray(32), shard.length, digest));
  });

  it('gives no proof when one byte of the part differs', () => {
    const shard = noise(3 * subtreeBytes, 'damage');
    const tree = treeOf(shard);
    const part = Buffer.from(partOf(shard, 20));
    part[5] = (part[5] as number) ^ 1;
    assert.equal(proveChunkWithTree(tree, shard.length, 20, part), undefined);
  });

  it('takes 2 KiB for a full shard and nothing for one that is read whole', () => {
    assert.deepEqual([64, subtreeBytes, subtreeBytes + 64, 1 << 20].map(treeBytes), [0, 0, 64, 2048]);
    assert.deepEqual(proofRange(1 << 20, 1023), { subtree: 63, start: 63 * subtreeBytes, end: 1 << 20 });
    assert.deepEqual(proofRange(100_032, 97), { subtree: 6, start: 6 * subtreeBytes, end: 100_032 });
  });

  it('refuses chunks that are not there and parts of another length', () => {
    const shard = noise(3 * subtreeBytes, 'refuse');
    const tree = treeOf(shard);
    for (const chunk of [-1, 48, 0.5])
      assert.throws(() => proveChunkWithTree(tree, shard.length, chunk, shard.subarray(0, subtreeBytes)));
    assert.throws(() => proveChunkWithTree(tree, shard.length, 0, shard), RangeError);
    assert.throws(() => proveChunkWithTree(tree.subarray(32), shard.length, 0, partOf(shard, 0)), RangeError);
  });

  it('answers a whole audit as reading whole shards does, and the law believes it', async () => {
    const shards = sizes.map((size) => noise(size, `audit/${size}`));
    const entries = shards.map((shard) => ({ digest: shardDigest(shard), size: shard.length }));
    const byDigest = new Map(shards.map((shard) => [shardDigest(shard), shard]));
    const trees = new Map(shards.map((shard) => [shardDigest(shard), treeOf(shard)]));
    const vector = ShardVector.of(entries);
    const losses = entries.slice(2, 4);
    const drawn = { channel: 'dstore', seed: 'ab'.repeat(32), epoch: 7n, leaseId: 'a'.repeat(32) };
    const question = { ...drawn, challenges: 30, losses };
    const plainly = await prove(question, vector, async ({ digest }) => byDigest.get(digest));
    const proving = await proveBy(question, vector, async ({ digest, size }, chunk) =>
      proveChunkWithTree(
        trees.get(digest) as Buffer,
        size,
        chunk,
        partOf(byDigest.get(digest) as Buffer, chunk),
      ),
    );
    assert.deepEqual(proving, plainly);
    assert.ok('proof' in proving);
    const content = { revision: 1n, root: vector.root, count: BigInt(vector.count), bytes: vector.bytes };
    assert.equal(judge(question, content, proving.proof).reason, undefined);
  });
});

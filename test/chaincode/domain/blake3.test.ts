import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { shardDigest } from '@dstore/application/core/shard.js';
import { blake3, chunkCount, chunkLength, proveChunk, verifyChunk } from '@dstore/chaincode/domain';
import { drawn, flipped, noise } from '../noise.js';
import { slowBlake3 } from './slow-blake3.js';

const published = JSON.parse(
  readFileSync(new URL('../../../vectors/blake3.json', import.meta.url), 'utf8'),
) as { readonly hashes: Readonly<Record<string, string>> };

const counting = (length: number) => Uint8Array.from({ length }, (_, at) => at % 251);
const mebibyte = 1 << 20;
/** Sizes around each edge of a block, a chunk and a subtree. */
const edges = [0, 1, 63, 64, 65, 1023, 1024, 1025, 2047, 2048, 2049, 3072, 3073, 4096, 4097, 5121, 9000];

/** A shard of so many chunks, the last one short by less than a chunk. */
const shardOf = (chunks: number) => noise(chunks * 1024 - drawn(1024, `short ${chunks}`), `shard ${chunks}`);

describe('domain/blake3', () => {
  it('makes the digests that its authors publish', () => {
    const lengths = Object.keys(published.hashes);
    assert.equal(lengths.length, 35);
    for (const length of lengths)
      assert.equal(blake3(counting(Number(length))).toString('hex'), published.hashes[length], length);
  });

  it('agrees with a naive twin at every edge and at random sizes', () => {
    const sizes = [...edges, ...Array.from({ length: 40 }, (_, at) => drawn(20_000, `twin ${at}`))];
    for (const size of sizes) {
      const bytes = noise(size, size);
      assert.deepEqual(blake3(bytes), slowBlake3(bytes), `${size}`);
    }
  });

  it('agrees with the native digest that names shards, up to 1 MiB', () => {
    const random = Array.from({ length: 24 }, (_, at) => drawn(mebibyte, `native ${at}`));
    for (const size of [...edges, ...random, mebibyte - 1, mebibyte]) {
      const bytes = noise(size, `native ${size}`);
      assert.equal(blake3(bytes).toString('hex'), shardDigest(bytes), `${size}`);
    }
  });

  it('counts chunks: nothing is one empty chunk, only the last may be short', () => {
    for (const size of edges) {
      const count = chunkCount(size);
      const lengths = Array.from({ length: count }, (_, index) => chunkLength(size, index));
      assert.equal(
        lengths.reduce((sum, length) => sum + length, 0),
        size,
      );
      assert.ok(lengths.slice(0, -1).every((length) => length === 1024));
      assert.equal(count, Math.max(1, Math.ceil(size / 1024)));
    }
  });

  it('proves every chunk of every shard of up to 40 chunks', () => {
    for (let chunks = 1; chunks <= 40; chunks += 1) {
      const shard = shardOf(chunks);
      const digest = blake3(shard);
      for (let index = 0; index < chunks; index += 1) {
        const proof = proveChunk(shard, index);
        assert.deepEqual(proof.chunk, shard.subarray(index * 1024, index * 1024 + 1024));
        assert.ok(verifyChunk(digest, shard.length, index, proof), `${index} of ${chunks}`);
      }
    }
  });

  it('A-09 refuses the proof of any other chunk', () => {
    for (let chunks = 1; chunks <= 40; chunks += 1) {
      const shard = shardOf(chunks);
      const digest = blake3(shard);
      for (let index = 0; index < chunks; index += 1) {
        const proof = proveChunk(shard, index);
        for (let other = 0; other < chunks; other += 1)
          assert.equal(verifyChunk(digest, shard.length, other, proof), other === index);
      }
    }
  });

  it('A-09 proves random chunks of a full shard, and refuses each of them at another index', () => {
    const shard = noise(mebibyte, 'full');
    const digest = blake3(shard);
    const indices = [0, 1, 511, 512, 1023, ...Array.from({ length: 11 }, (_, at) => drawn(1024, `i${at}`))];
    for (const index of indices) {
      const proof = proveChunk(shard, index);
      assert.equal(proof.path.length, 10);
      for (let other = 0; other < 1024; other += 1)
        assert.equal(verifyChunk(digest, mebibyte, other, proof), other === index);
    }
  });

  it('refuses equal chunks in each other’s place: the index is hashed with them', () => {
    const shard = Buffer.alloc(4096);
    const proof = proveChunk(shard, 0);
    assert.ok(verifyChunk(blake3(shard), 4096, 0, proof));
    for (const index of [1, 2, 3]) assert.ok(!verifyChunk(blake3(shard), 4096, index, proof));
  });

  it('refuses one flipped bit in any byte of chunk, path or digest', () => {
    for (const [size, index] of [
      [0, 0],
      [700, 0],
      [5000, 4],
      [5000, 2],
    ] as const) {
      const shard = noise(size, 'flip');
      const digest = blake3(shard);
      const { chunk, path } = proveChunk(shard, index);
      const holds = (proof = { chunk, path }, root = digest) => verifyChunk(root, size, index, proof);
      assert.ok(holds());
      for (let at = 0; at < chunk.length; at += 1) assert.ok(!holds({ chunk: flipped(chunk, at), path }));
      for (let at = 0; at < path.length * 32; at += 1) {
        const wrong = path.map((value, level) => (level === at >> 5 ? flipped(value, at & 31) : value));
        assert.ok(!holds({ chunk, path: wrong }), `byte ${at} of the path`);
      }
      for (let at = 0; at < 32; at += 1) assert.ok(!holds({ chunk, path }, flipped(digest, at)));
    }
  });

  it('A-12 refuses the last chunk of a shard of any other size, and chunks of another length', () => {
    for (const size of [1, 1024, 1025, 2048, 3000, 4096, 5000]) {
      const shard = noise(size, size);
      const last = chunkCount(size) - 1;
      const digest = blake3(shard);
      const proof = proveChunk(shard, last);
      for (let other = 0; other <= 5200; other += 1)
        assert.equal(verifyChunk(digest, other, last, proof), other === size, `${size} as ${other}`);
      for (const chunk of [proof.chunk.subarray(1), Buffer.concat([proof.chunk, Buffer.of(0)])])
        assert.ok(!verifyChunk(blake3(shard), size, last, { ...proof, chunk }));
    }
  });

  it('A-15 A-16 refuses paths that are shorter or longer, up to a million nodes, and nodes that are', () => {
    const shard = noise(5000, 'path');
    const { chunk, path } = proveChunk(shard, 1);
    const endless = Array.from({ length: 1_000_000 }, () => path[0] as Uint8Array);
    const wrong = [[], path.slice(1), path.slice(0, -1), [...path, Buffer.alloc(32)], endless];
    const odd = [31, 33].map((length) => [Buffer.alloc(length), ...path.slice(1)]);
    for (const other of [...wrong, ...odd])
      assert.ok(!verifyChunk(blake3(shard), 5000, 1, { chunk, path: other }));
  });

  it('knows no chunk before the first, after the last or between two', () => {
    const shard = noise(5000, 'bounds');
    const proof = proveChunk(shard, 1);
    for (const index of [-1, 5, 1.5, NaN, 2 ** 32 + 1]) {
      assert.throws(() => proveChunk(shard, index), RangeError);
      assert.ok(!verifyChunk(blake3(shard), 5000, index, proof));
    }
  });
});

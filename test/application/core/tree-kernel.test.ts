import assert from 'node:assert/strict';

import { createMemory, type EngineKind, kernelOver } from '@dstore/application/core/kernel-engine.js';
import { shardDigest } from '@dstore/application/core/shard.js';
import { subtreeBytes, treeFits, treeOf } from '@dstore/application/core/shard-tree.js';
import { TreeKernel } from '@dstore/application/core/tree-kernel.js';
import fc from 'fast-check';

import { noise } from './erasure-code.js';

const allKinds: readonly EngineKind[] = ['plain', 'vectors', 'relaxed'];
const kinds = allKinds.filter((kind) => kind === 'plain' || kernelOver(createMemory(1), kind) !== undefined);

describe('tree kernel', () => {
  it('makes the tree of the plain version, of every kind and around subtree edges', () => {
    for (const kind of kinds) {
      const kernel = new TreeKernel(kind);
      for (const size of [64, subtreeBytes, subtreeBytes + 64, 2 * subtreeBytes - 64, 5 * subtreeBytes])
        assert.deepEqual(
          kernel.treeOf(noise(size, `${size}`)),
          treeOf(noise(size, `${size}`)),
          `${kind} ${size}`,
        );
    }
  });

  it('makes trees that fit the digests of an independent BLAKE3', () => {
    const kernel = new TreeKernel();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1 << 14 }), (steps) => {
        const shard = noise(steps * 64, `steps/${steps}`);
        assert.ok(treeFits(kernel.treeOf(shard), shard.length, shardDigest(shard)));
      }),
      { seed: 5, numRuns: 40 },
    );
    const full = noise(1 << 20, 'full');
    assert.ok(treeFits(kernel.treeOf(full), full.length, shardDigest(full)));
  });

  it('makes another tree when one byte differs', () => {
    const shard = noise(4 * subtreeBytes, 'one byte');
    const kernel = new TreeKernel();
    const tree = kernel.treeOf(shard);
    shard[2 * subtreeBytes + 9] = (shard[2 * subtreeBytes + 9] as number) ^ 128;
    const other = kernel.treeOf(shard);
    assert.deepEqual(other.subarray(0, 64), tree.subarray(0, 64));
    assert.notDeepEqual(other.subarray(64, 96), tree.subarray(64, 96));
    assert.deepEqual(other.subarray(96), tree.subarray(96));
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { ErasureKernel } from '@dstore/application/core/erasure-kernel.js';
import { createMemory, type EngineKind, kernelOver } from '@dstore/application/core/kernel-engine.js';
import { encodePlainly } from '@dstore/application/core/plain-erasure.js';
import { stripeLayout } from '@dstore/application/core/stripe-layout.js';
import { ReedSolomonErasure } from '@subspace/reed-solomon-erasure.wasm';
import fc from 'fast-check';

import { choices, describeErasureCode, stripe } from './erasure-code.js';

const allKinds: readonly EngineKind[] = ['plain', 'vectors', 'relaxed'];
const kinds = allKinds.filter((kind) => kind === 'plain' || kernelOver(createMemory(1), kind) !== undefined);

function kernelOf(k: number, m: number, size: number, kind?: EngineKind): ErasureKernel {
  const layout = stripeLayout({ dataShards: k, parityShards: m }, size);
  return new ErasureKernel(layout, createMemory(layout.totalBytes), kind);
}

function filled(k: number, m: number, size: number, kind?: EngineKind): ErasureKernel {
  const kernel = kernelOf(k, m, size, kind);
  stripe(k, m, size).forEach((bytes, index) => kernel.shard(index).set(bytes));
  kernel.encode();
  return kernel;
}

const shardsOf = (kernel: ErasureKernel, count: number) =>
  Array.from({ length: count }, (_, index) => Buffer.from(kernel.shard(index)));

/** Loses shards in place and has them made again from the others. */
function recovered(kernel: ErasureKernel, lost: readonly number[], total: number): Buffer[] {
  for (const index of lost) kernel.shard(index).fill(0xee);
  const present = Array.from({ length: total }, (_, index) => index).filter((index) => !lost.includes(index));
  kernel.reconstruct(present, lost);
  return shardsOf(kernel, total);
}

for (const kind of kinds) {
  describeErasureCode(`erasure kernel, ${kind}`, {
    encode(data, parityCount) {
      if (data.some((shard) => shard.length !== data[0]?.length)) throw new RangeError('uneven');
      const kernel = kernelOf(data.length, parityCount, data[0]?.length ?? 0, kind);
      data.forEach((bytes, index) => kernel.shard(index).set(bytes));
      kernel.encode();
      return shardsOf(kernel, data.length + parityCount).slice(data.length);
    },
    reconstruct(shards, k, m, wanted) {
      const size = shards.find((shard) => shard !== undefined)?.length ?? 0;
      if (shards.some((shard) => shard !== undefined && shard.length !== size))
        throw new RangeError('uneven');
      const kernel = kernelOf(k, m, size, kind);
      const present = [...shards.entries()].flatMap(([index, bytes]) => (bytes === undefined ? [] : [index]));
      for (const index of present) kernel.shard(index).set(shards[index] as Uint8Array);
      kernel.reconstruct(present, wanted);
      return wanted.map((index) => Buffer.from(kernel.shard(index)));
    },
  });
}

describe('erasure kernel', () => {
  it('equals the plain version for every number of outputs', () => {
    for (const kind of kinds)
      for (let m = 0; m <= 9; m += 1) {
        const parity = shardsOf(filled(5, m, 192, kind), 5 + m).slice(5);
        assert.deepEqual(parity, encodePlainly(stripe(5, m, 192), m), `${kind}, ${m}`);
      }
  });

  it('equals the plain version for sizes from 64 bytes to 1 MiB', () => {
    for (const size of [64, 128, 192, 8128, 8192, 8256, 24_576, 65_600, 1 << 20]) {
      const parity = shardsOf(filled(4, 2, size), 6).slice(4);
      assert.deepEqual(parity, encodePlainly(stripe(4, 2, size), 2), `${size} bytes`);
    }
  });

  it('equals an independent package, narrow and wide', () => {
    const other = independent();
    for (const [k, m, size] of [
      [1, 1, 64],
      [4, 2, 1 << 20],
      [6, 3, 4096],
      [10, 4, 65_536],
      [20, 20, 1024],
      [200, 55, 128],
    ] as const) {
      const kernel = filled(k, m, size);
      const theirs = Buffer.concat([...stripe(k, m, size), Buffer.alloc(m * size)]);
      assert.equal(other.encode(theirs, k, m), ReedSolomonErasure.RESULT_OK);
      assert.ok(Buffer.concat(shardsOf(kernel, k + m)).equals(theirs), `${k}+${m}`);
    }
  });

  it('survives every loss of (4,2) and (10,4) in place, and leaves the other shards alone', () => {
    for (const [k, m] of [
      [4, 2],
      [10, 4],
    ] as const) {
      const kernel = filled(k, m, 128);
      const whole = shardsOf(kernel, k + m);
      for (let count = 1; count <= m; count += 1)
        for (const lost of choices(k + m, count))
          assert.deepEqual(recovered(kernel, lost, k + m), whole, `${k}+${m} without ${lost.join()}`);
    }
  });

  it('survives random losses of stripes of up to 255 shards', () => {
    const wide = fc
      .integer({ min: 2, max: 255 })
      .chain((total) => fc.record({ total: fc.constant(total), k: fc.integer({ min: 1, max: total }) }))
      .chain(({ total, k }) =>
        fc.record({
          k: fc.constant(k),
          m: fc.constant(total - k),
          size: fc.integer({ min: 1, max: 40 }).map((steps) => steps * 64),
          lost: fc.shuffledSubarray([...Array(total).keys()], { maxLength: total - k }),
        }),
      );
    fc.assert(
      fc.property(wide, ({ k, m, size, lost }) => {
        const kernel = filled(k, m, size);
        const whole = shardsOf(kernel, k + m);
        assert.ok(Buffer.concat(recovered(kernel, lost, k + m)).equals(Buffer.concat(whole)));
      }),
      { numRuns: 30, seed: 255 },
    );
  });

  it('writes nothing between and behind the shards it makes', () => {
    const kernel = filled(3, 3, 64);
    const { shardsAt, strideBytes, totalBytes } = kernel.layout;
    const gaps = new Uint8Array(kernel.memory.buffer, shardsAt, totalBytes - shardsAt).filter(
      (_, at) => at % strideBytes >= 64,
    );
    assert.ok(gaps.every((byte) => byte === 0));
  });

  it('encodes again after another loss was reconstructed', () => {
    const kernel = filled(4, 2, 64);
    const whole = shardsOf(kernel, 6);
    recovered(kernel, [0, 1], 6);
    kernel.shard(4).fill(0);
    kernel.encode();
    assert.deepEqual(shardsOf(kernel, 6), whole);
  });

  it('shares its memory with kernels of other threads, which do other work in it', () => {
    const one = filled(4, 2, 64);
    const whole = shardsOf(one, 6);
    const other = new ErasureKernel(one.layout, one.memory);
    for (let round = 0; round < 2; round += 1) {
      recovered(other, [0, 3], 6);
      for (const index of [4, 5]) one.shard(index).fill(0);
      one.encode();
      assert.deepEqual(shardsOf(one, 6), whole);
    }
  });

  it('makes other parity when one bit of the data differs', () => {
    const kernel = filled(4, 2, 64);
    const parity = shardsOf(kernel, 6).slice(4);
    kernel.shard(2)[17] = (kernel.shard(2)[17] as number) ^ 1;
    kernel.encode();
    for (const at of [0, 1]) assert.notDeepEqual(Buffer.from(kernel.shard(4 + at)), parity[at]);
  });

  it('refuses memory that is too small, shards that are not there and too few of them', () => {
    const layout = stripeLayout({ dataShards: 4, parityShards: 2 }, 1 << 20);
    assert.throws(() => new ErasureKernel(layout, createMemory(1 << 20)), RangeError);
    const kernel = new ErasureKernel(layout);
    assert.throws(() => kernel.shard(6), RangeError);
    assert.throws(() => kernel.reconstruct([0, 1, 2], [3]), RangeError);
    assert.throws(() => kernel.reconstruct([0, 1, 2, 3], [6]), RangeError);
  });

  it('has room for plaintext only where it was asked for', () => {
    assert.equal(kernelOf(4, 2, 64).room.length, 0);
    const layout = stripeLayout({ dataShards: 4, parityShards: 2 }, 64, true);
    assert.equal(new ErasureKernel(layout).room.length, 256);
  });
});

function independent(): ReedSolomonErasure {
  const path = createRequire(import.meta.url).resolve('@subspace/reed-solomon-erasure.wasm');
  return ReedSolomonErasure.fromBytes(readFileSync(join(dirname(path), 'reed_solomon_erasure_bg.wasm')));
}

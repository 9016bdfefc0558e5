import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import type { encode, reconstruct } from '@dstore/application/core/erasure.js';
import fc from 'fast-check';

/** An implementation of the erasure code. */
export interface ErasureCode {
  readonly encode: typeof encode;
  readonly reconstruct: typeof reconstruct;
}

/** Bytes that look random and are the same whenever they have the same name. */
export const noise = (length: number, name: string) =>
  createHash('shake256', { outputLength: length }).update(name).digest();
/** Data shards of a stripe. */
export const stripe = (dataCount: number, parityCount: number, length: number) =>
  Array.from({ length: dataCount }, (_, at) => noise(length, `${dataCount}+${parityCount}/${at}`));

/** SHA-256 of all parity that the Rust crate reed-solomon-erasure makes of these stripes of 1,000-byte shards. */
const published = [
  {
    dataCount: 1,
    parityCount: 1,
    digest: '7269dabe5921563e3866ea1cb46b6a2017d6938abe9a642720f0f4e316807886',
  },
  {
    dataCount: 2,
    parityCount: 1,
    digest: '59e7ef397056779991b66af8fa48736f7c9ea142dfcdb80343ef99fd7497fe23',
  },
  {
    dataCount: 2,
    parityCount: 2,
    digest: 'a841f145aa54d7124e8c01548582004bb26f379eb7571f5a3f1d3b5d5280efea',
  },
  {
    dataCount: 3,
    parityCount: 2,
    digest: '6f27a7e9ca8139f5383f8068800e4dc6d8271b06f865d59f230cdd751c8aa2a3',
  },
  {
    dataCount: 4,
    parityCount: 2,
    digest: '94df722ae2ae2fe3289e4da79f7f8791dfd2010faf9e3d93165f303b4a7a6eb7',
  },
  {
    dataCount: 6,
    parityCount: 3,
    digest: '9dbee23de029f68f1303feba48cf94e1f9cd0db70278b7959e3890a943705a04',
  },
  {
    dataCount: 10,
    parityCount: 4,
    digest: '1a34b9a98d01b6a76316c9e5fb562c8b35d563fcfaa50e6485866f17dd5e3d91',
  },
  {
    dataCount: 10,
    parityCount: 6,
    digest: 'adc84aedca5f1b9190e9016ec9782a7b9435a943be7146e428a6d02f57519ac4',
  },
  {
    dataCount: 20,
    parityCount: 20,
    digest: 'dc6466974dbbae71cb42dced5d25e4ca9d6acadcf7875561f1652372c6d2ce7d',
  },
  {
    dataCount: 200,
    parityCount: 55,
    digest: '0512eea31f629bf80cc96d377ab740edbbb28bd9a29f319e9e9f93c5febe4526',
  },
];

/** All ways to choose `count` of the numbers below `of`. */
export function choices(of: number, count: number, from = 0): number[][] {
  if (count === 0) return [[]];
  return Array.from({ length: of - from }, (_, at) => from + at).flatMap((head) =>
    choices(of, count - 1, head + 1).map((tail) => [head, ...tail]),
  );
}

/** The shards without those at some indices. */
export function lose(shards: readonly Buffer[], lost: readonly number[]): (Buffer | undefined)[] {
  return shards.map((shard, at) => (lost.includes(at) ? undefined : shard));
}

/** What every implementation of the erasure code owes. */
export function describeErasureCode(title: string, code: ErasureCode): void {
  describe(title, () => declareCode(code));
}

function declareCode({ encode, reconstruct }: ErasureCode): void {
  it('makes the parity that Backblaze and klauspost publish for five and five', () => {
    const data = [
      [0, 1],
      [4, 5],
      [2, 3],
      [6, 7],
      [8, 9],
    ].map((bytes) => Buffer.from(bytes));
    const parity = encode(data, 5).map((bytes) => [...bytes]);
    assert.deepEqual(parity, [
      [12, 13],
      [10, 11],
      [14, 15],
      [90, 91],
      [94, 95],
    ]);
  });

  it('makes the parity of reed-solomon-erasure, narrow and wide', () => {
    for (const { dataCount, parityCount, digest } of published) {
      const parity = encode(stripe(dataCount, parityCount, 1000), parityCount);
      const found = createHash('sha256').update(Buffer.concat(parity)).digest('hex');
      assert.equal(found, digest, `${dataCount}+${parityCount}`);
    }
  });

  it('copies the data where there is one data shard', () => {
    const [only] = stripe(1, 3, 64);
    assert.deepEqual(encode([only as Buffer], 3), [only, only, only]);
  });

  it('survives every loss that leaves enough shards', () => {
    for (const [dataCount, parityCount] of [
      [4, 2],
      [2, 1],
      [2, 2],
      [10, 4],
    ] as const) {
      const data = stripe(dataCount, parityCount, 64);
      const whole = [...data, ...encode(data, parityCount)];
      for (let count = 0; count <= parityCount; count += 1)
        for (const lost of choices(whole.length, count)) {
          const found = reconstruct(lose(whole, lost), dataCount, parityCount, lost);
          assert.deepEqual(
            found,
            lost.map((at) => whole[at]),
            `${dataCount}+${parityCount} without ${lost.join()}`,
          );
        }
    }
  });

  it('survives random losses of wide stripes', () => {
    const wide = fc.record({
      dataCount: fc.integer({ min: 1, max: 60 }),
      parityCount: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(wide, fc.infiniteStream(fc.nat()), ({ dataCount, parityCount }, draws) => {
        const data = stripe(dataCount, parityCount, 128);
        const whole = [...data, ...encode(data, parityCount)];
        const order = whole.map((_, at) => ({ at, key: draws.next().value as number }));
        const lost = order
          .sort((a, b) => a.key - b.key)
          .slice(0, parityCount)
          .map(({ at }) => at);
        const found = reconstruct(lose(whole, lost), dataCount, parityCount, lost);
        assert.deepEqual(
          found,
          lost.map((at) => whole[at]),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('gives shards in the order they are asked for, also ones that are there', () => {
    const data = stripe(4, 2, 64);
    const whole = [...data, ...encode(data, 2)];
    assert.deepEqual(reconstruct(lose(whole, [1, 4]), 4, 2, [4, 0, 1]), [whole[4], whole[0], whole[1]]);
    assert.deepEqual(reconstruct(whole, 4, 2, []), []);
  });

  it('gives other bytes when a shard is not what it was', () => {
    const data = stripe(4, 2, 64);
    const whole = [...data, ...encode(data, 2)];
    whole[3] = Buffer.alloc(64);
    assert.notDeepEqual(reconstruct(lose(whole, [0]), 4, 2, [0]), [data[0]]);
  });

  it('refuses too few shards, uneven shards and shards that no stripe has', () => {
    const data = stripe(4, 2, 64);
    const whole = [...data, ...encode(data, 2)];
    assert.throws(() => reconstruct(lose(whole, [0, 1, 2]), 4, 2, [0]), RangeError);
    assert.throws(() => reconstruct(whole, 4, 2, [6]), RangeError);
    assert.throws(() => reconstruct([Buffer.alloc(63), ...whole.slice(1)], 4, 2, [5]), RangeError);
    assert.throws(() => encode([Buffer.alloc(63), ...data.slice(1)], 2), RangeError);
    assert.throws(() => encode([], 2), RangeError);
    assert.throws(() => encode(stripe(200, 56, 1), 56), RangeError);
  });
}

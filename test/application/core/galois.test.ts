import assert from 'node:assert/strict';

import { codingMatrix, invert, multiply, product, recoveryMatrix } from '@dstore/application/core/galois.js';
import fc from 'fast-check';

import { slowProduct } from './slow-galois.js';

const rowsOf = (matrix: readonly Uint8Array[]) => matrix.map((row) => [...row]);
const matrixOf = (rows: readonly number[][]) => rows.map((row) => Uint8Array.from(row));
const identity = (size: number) =>
  Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, at) => Number(at === row)));

describe('GF(2^8)', () => {
  it('multiplies as Backblaze publishes', () => {
    assert.deepEqual([multiply(3, 4), multiply(7, 7), multiply(23, 45)], [12, 21, 41]);
  });

  it('multiplies as shift and add do, for all pairs', () => {
    for (let a = 0; a < 256; a += 1)
      for (let b = 0; b < 256; b += 1) assert.equal(multiply(a, b), slowProduct(a, b));
  });

  it('inverts the matrices that klauspost publishes', () => {
    const three = matrixOf([
      [56, 23, 98],
      [3, 100, 200],
      [45, 201, 123],
    ]);
    assert.deepEqual(rowsOf(invert(three)), [
      [175, 133, 33],
      [130, 13, 245],
      [112, 35, 126],
    ]);
    const five = matrixOf([
      [1, 0, 0, 0, 0],
      [0, 1, 0, 0, 0],
      [0, 0, 0, 1, 0],
      [0, 0, 0, 0, 1],
      [7, 7, 6, 6, 1],
    ]);
    assert.deepEqual(rowsOf(invert(five)), [
      [1, 0, 0, 0, 0],
      [0, 1, 0, 0, 0],
      [123, 123, 1, 122, 122],
      [0, 0, 1, 0, 0],
      [0, 0, 0, 1, 0],
    ]);
  });

  it('refuses to invert what has no inverse', () => {
    assert.throws(
      () =>
        invert(
          matrixOf([
            [4, 2],
            [12, 6],
          ]),
        ),
      RangeError,
    );
    assert.throws(() => invert(matrixOf([[0]])), RangeError);
  });

  it('makes matrices whose upper square is the identity and whose rows are independent', () => {
    const geometry = fc.record({
      dataCount: fc.integer({ min: 1, max: 20 }),
      parityCount: fc.nat({ max: 20 }),
    });
    fc.assert(
      fc.property(geometry, fc.infiniteStream(fc.nat()), ({ dataCount, parityCount }, draws) => {
        const matrix = codingMatrix(dataCount, parityCount);
        assert.equal(matrix.length, dataCount + parityCount);
        assert.deepEqual(rowsOf(matrix.slice(0, dataCount)), identity(dataCount));
        const left = [...matrix];
        const some = Array.from({ length: dataCount }, () => {
          const at = (draws.next().value as number) % left.length;
          return left.splice(at, 1)[0] as Uint8Array;
        });
        assert.deepEqual(rowsOf(product(some, invert(some))), identity(dataCount));
      }),
    );
  });

  it('refuses codes without data, beyond 255 shards or of broken numbers', () => {
    for (const [dataCount, parityCount] of [
      [0, 1],
      [1, -1],
      [200, 56],
      [1.5, 1],
      [2, NaN],
    ] as const)
      assert.throws(() => codingMatrix(dataCount, parityCount), RangeError);
  });
});

describe('recovery matrix', () => {
  it('turns present rows into the wanted ones, and reads no more than it needs', () => {
    const all = codingMatrix(4, 3);
    const present = [1, 3, 5, 6, 0];
    const rows = recoveryMatrix(4, 3, present, [2, 4]);
    const sources = present.slice(0, 4).map((index) => all[index] as Uint8Array);
    assert.deepEqual(rowsOf(product(rows, sources)), rowsOf([all[2] as Uint8Array, all[4] as Uint8Array]));
  });

  it('refuses too few shards and shards that no stripe has', () => {
    assert.throws(() => recoveryMatrix(4, 3, [0, 1, 2], [3]), RangeError);
    assert.throws(() => recoveryMatrix(4, 3, [0, 1, 2, 7], [3]), RangeError);
    assert.throws(() => recoveryMatrix(4, 3, [0, 1, 2, 3], [-1]), RangeError);
  });
});

import assert from 'node:assert/strict';

import { linear } from '@dstore/application/core/galois-linear.js';
import fc from 'fast-check';

import { slowProduct } from './slow-galois.js';

describe('linear combinations over GF(2^8)', () => {
  it('agree with the sum of products, for every number of outputs, inputs and bytes', () => {
    const size = fc.record({
      outputs: fc.nat({ max: 10 }),
      inputs: fc.integer({ min: 1, max: 10 }),
      length: fc.oneof(fc.nat({ max: 70 }), fc.constantFrom(4095, 4096, 4097, 9000)),
      salt: fc.integer({ min: 1, max: 255 }),
    });
    fc.assert(
      fc.property(size, ({ outputs, inputs, length, salt }) => {
        const bytes = (count: number, from: number) =>
          Uint8Array.from({ length: count }, (_, at) => (at * at * salt + at * 31 + from * 17) % 256);
        const rows = Array.from({ length: outputs }, (_, row) => bytes(inputs, row));
        const sources = Array.from({ length: inputs }, (_, column) => bytes(length, column + 100));
        const expected = rows.map((row) =>
          Buffer.from(
            Array.from({ length }, (_, at) =>
              sources.reduce(
                (sum, source, column) => sum ^ slowProduct(row[column] ?? 0, source[at] ?? 0),
                0,
              ),
            ),
          ),
        );
        assert.deepEqual(linear(rows, sources, length), expected);
      }),
      { numRuns: 60 },
    );
  });
});

import {
  catalogDeltaShape,
  checkpointShape,
  locatorShape,
  structureDeltaShape,
} from '@dstore/application/core/delta.js';
import { canonicalJson, type JsonValue, parseJson, Refusal, type Shape } from '@dstore/chaincode/domain';
import assert from 'node:assert/strict';

import { catalogDelta, locatorIn, stripeOfMany, structureDelta } from './entries-of-tests.js';

const json = (value: unknown) => canonicalJson(value as JsonValue);
const first = without(structureDelta, 'previous');
const locator = locatorIn(6n, [stripeOfMany(9, 3)]);
const { catalog } = locator;
const leftover = {
  ...{ leaseId: '0'.repeat(32), position: 1, stripeId: '1'.repeat(32) },
  index: 0,
  size: 64,
};
const samples: readonly [string, Shape<unknown>, unknown][] = [
  ['the catalog of a flush', catalogDeltaShape, catalogDelta],
  ['the structure of a flush', structureDeltaShape, structureDelta],
  ['the first structure', structureDeltaShape, first],
  ['one with a checkpoint', structureDeltaShape, { ...first, checkpoint: { catalog, structure: catalog } }],
  ['a part of one', structureDeltaShape, { ...first, leftovers: [{ ...leftover, digest: 'ab'.repeat(32) }] }],
  ['a locator', locatorShape, locator],
  ['a checkpoint', checkpointShape, { catalog, structure: catalog }],
];

describe('deltas', () => {
  for (const [name, shape, sample] of samples) {
    it(`give back ${name} from its JSON`, () => {
      assert.deepEqual(parseJson(shape, json(sample)), sample);
    });

    it(`refuse ${name} with a member too many, or too few`, () => {
      const value = JSON.parse(json(sample)) as Record<string, unknown>;
      assert.throws(() => parseJson(shape, JSON.stringify({ ...value, more: 1 })), Refusal);
      for (const member of Object.keys(value)) {
        if (['previous', 'checkpoint', 'leftovers'].includes(member)) continue;
        const rest = without(value, member);
        assert.throws(() => parseJson(shape, JSON.stringify(rest)), Refusal, member);
      }
    });
  }

  it('refuse a format that is newer than they are', () => {
    for (const [, shape, sample] of samples.slice(0, 2))
      assert.throws(() => parseJson(shape, json({ ...(sample as object), format: 2 })), Refusal);
  });
});

function without<T extends object, K extends keyof T>(value: T, member: K): Omit<T, K> {
  const copy = { ...value };
  delete copy[member];
  return copy;
}

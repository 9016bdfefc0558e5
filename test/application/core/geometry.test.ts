import assert from 'node:assert/strict';

import {
  defaultGeometry,
  geometryRefusal,
  geometryWarnings,
  organizationLimit,
} from '@dstore/application/core/geometry.js';
import fc from 'fast-check';

/** Organizations of disks: `on(2, 1)` are two disks of the first and one of the second. */
const on = (...counts: number[]) => counts.flatMap((count, at) => Array<string>(count).fill(`Org${at}`));
const spread = (organizations: number) => on(...Array<number>(organizations).fill(1));
const chosen = (organizationOfDisks: string[]) => {
  const { dataShards, parityShards, warnings } = defaultGeometry(organizationOfDisks) ?? assert.fail();
  return [dataShards, parityShards, ...warnings];
};

describe('geometry', () => {
  it('has the defaults of the protocol by the number of organizations with disks', () => {
    const expected = new Map([
      [3, [2, 1]],
      [4, [2, 2]],
      [5, [3, 2]],
      [6, [4, 2]],
      [8, [4, 2]],
      [9, [6, 3]],
      [15, [6, 3]],
      [16, [10, 6]],
      [40, [10, 6]],
    ]);
    for (const [organizations, geometry] of expected)
      assert.deepEqual(chosen(spread(organizations)), geometry, `${organizations}`);
    assert.deepEqual(chosen(on(2, 2)), [2, 2]);
    assert.deepEqual(chosen(on(5, 9)), [2, 2]);
  });

  it('makes do with less where the consortium is too small, and says so', () => {
    assert.deepEqual(chosen(on(3)), [2, 1, 'organization-exceeds-parity']);
    assert.deepEqual(chosen(on(2)), [1, 1, 'parity-is-a-copy', 'organization-exceeds-parity']);
    assert.deepEqual(chosen(on(1)), [1, 0, 'no-parity', 'organization-exceeds-parity']);
    assert.deepEqual(chosen(on(1, 1)), [1, 1, 'parity-is-a-copy']);
    assert.deepEqual(chosen(on(7, 1)), [1, 1, 'parity-is-a-copy']);
    assert.equal(defaultGeometry([]), undefined);
  });

  it('gives defaults that the disks there are can carry', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 20 }), (counts) => {
        const disks = on(...counts);
        const geometry = defaultGeometry(disks) ?? assert.fail();
        assert.equal(geometryRefusal(geometry, disks.length), undefined);
        if (counts.length > 1)
          assert.deepEqual(geometry.warnings.includes('organization-exceeds-parity'), false);
      }),
    );
  });

  it('refuses what no code or no stripe can be', () => {
    const refusal = (dataShards: number, parityShards: number, disks = 300) =>
      geometryRefusal({ dataShards, parityShards }, disks);
    assert.equal(refusal(0, 1), 'no-data-shards');
    assert.equal(refusal(2, -1), 'negative-parity');
    assert.equal(refusal(2.5, 1), 'not-whole');
    assert.equal(refusal(2, NaN), 'not-whole');
    assert.equal(refusal(200, 56), 'too-many-shards');
    assert.equal(refusal(200, 55), undefined);
    assert.equal(refusal(4, 2, 5), 'too-few-disks');
    assert.equal(refusal(4, 2, 6), undefined);
  });

  it('warns of chosen geometries too', () => {
    assert.deepEqual(geometryWarnings({ dataShards: 4, parityShards: 0 }, spread(6)), [
      'no-parity',
      'organization-exceeds-parity',
    ]);
    assert.deepEqual(geometryWarnings({ dataShards: 4, parityShards: 2 }, spread(6)), []);
    assert.deepEqual(geometryWarnings({ dataShards: 4, parityShards: 1 }, on(3, 3)), [
      'organization-exceeds-parity',
    ]);
  });

  it('lets an organization hold as many shards as there is parity, and more only as far as needed', () => {
    const limit = (counts: number[], dataShards: number, parityShards: number) =>
      organizationLimit({ dataShards, parityShards }, on(...counts));
    assert.equal(limit([1, 1, 1, 1, 1, 1], 4, 2), 2);
    assert.equal(limit([2, 2, 2], 4, 2), 2);
    assert.equal(limit([9, 9], 4, 2), 3);
    assert.equal(limit([9, 1], 4, 2), 5);
    assert.equal(limit([9], 4, 2), 6);
    assert.equal(limit([1, 1, 1, 1], 4, 0), 1);
    assert.equal(limit([2], 4, 2), 6);
  });
});

import assert from 'node:assert/strict';

import { CatalogStripes } from '@dstore/application/use-cases/catalog-stripes.js';

import { stripeOn } from '../core/stripes-of-tests.js';

describe('catalog-stripes', () => {
  const first = stripeOn('a', [2, 1], [1, 2, 3]);
  const second = stripeOn('b', [2, 1], [1, 2, undefined], { holdsEntry: true });
  const versions: Record<string, string[]> = { a: ['v1', 'v2'], b: ['v2', 'v3'] };
  const map = new CatalogStripes({
    stripes: () =>
      [first, second].map(({ stripeId, dataShards, parityShards, shardSizeBytes, shards }) => ({
        stripeId,
        dataShards,
        parityShards,
        shardSize: shardSizeBytes,
        shards,
      })),
    holdsEntry: (stripeId) => stripeId === 'b',
    versionsIn: (stripeId) => versions[stripeId] ?? [],
  });

  it('shows each stripe as it is placed, and which hold entries', async () => {
    const shown = [];
    for await (const stripe of map.stripes()) shown.push(stripe);
    assert.deepEqual(shown, [first, second]);
  });

  it('counts a version once that lies in several stripes', async () => {
    assert.equal(await map.versionsIn(['a', 'b']), 3);
    assert.equal(await map.versionsIn([]), 0);
  });
});

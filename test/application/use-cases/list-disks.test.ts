import assert from 'node:assert/strict';
import { type DiskWish, ListDisks } from '@dstore/application/use-cases/list-disks.js';

import { VaultOnRows } from './vault-on-rows.js';

describe('ListDisks', () => {
  let disks: ListDisks;

  before(() => {
    const on = new VaultOnRows();
    on.addDisk(1, { site: 'north', price: 99n, capacityBytes: 1000n });
    on.addDisk(2, { site: 'south', price: 100n, capacityBytes: 1001n });
    on.addDisk(3, { site: 'south', state: 'paused', capacityBytes: 5n });
    on.rows.set('pool', ['d2'], { v: 1, reservedBytes: 1n, collateral: 7n });
    on.rows.set('pool', ['d3'], { v: 1, reservedBytes: 6n, collateral: 0n });
    disks = new ListDisks(on.vault.means.ledger);
  });

  const found = async (wish?: DiskWish) => (await disks.run(wish)).map(({ diskId }) => diskId);

  for (const [what, wish, expected] of [
    ['an organization', { organization: 'Org2' }, ['d2']],
    ['a site', { site: 'south' }, ['d2', 'd3']],
    ['a state', { state: 'offering' }, ['d1', 'd2']],
    ['as many free bytes as there are', { minFreeBytes: 1000n }, ['d1', 'd2']],
    ['a byte more', { minFreeBytes: 1001n }, []],
    ['the price', { maxPrice: 100n }, ['d1', 'd2', 'd3']],
    ['a credit less', { maxPrice: 99n }, ['d1']],
    ['everything at once', { organization: 'Org3', site: 'south', state: 'paused', maxPrice: 100n }, ['d3']],
    ['nothing', {}, ['d1', 'd2', 'd3']],
  ] as const)
    it(`lists disks by ${what}`, async () => {
      assert.deepEqual(await found(wish), expected);
    });

  it('says how much is free, never less than nothing', async () => {
    const free = (await disks.run()).map(({ diskId, freeBytes }) => [diskId, freeBytes]);
    assert.deepEqual(free, [
      ['d1', 1000n],
      ['d2', 1000n],
      ['d3', 0n],
    ]);
  });

  it('finds one by its id, or refuses', async () => {
    assert.deepEqual(await found({ diskId: 'd2' }), ['d2']);
    await assert.rejects(found({ diskId: 'd9' }), { name: 'Refusal', code: 'disk-unknown' });
  });
});

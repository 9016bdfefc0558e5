import assert from 'node:assert/strict';

import { ReadHealth } from '@dstore/application/use-cases/read-health.js';

import { leaseRow } from '../rows.js';
import { leaseOn, VaultOfTests } from './vault-of-tests.js';

describe('read-health', () => {
  it('shows stripes by margin, versions at risk, leases and the queue', async () => {
    const vault = new VaultOfTests();
    vault.put('whole', [1, 2, 3]);
    vault.put('bare', [4, 5, 6]);
    vault.put('lost', [4, 5, undefined]);
    vault.end(4);
    vault.end(5);
    const soon = { capacityBytes: 1n << 30n, lastEpoch: 30n };
    vault.rows.set('lease', [leaseOn(1)], leaseRow({ leaseId: leaseOn(1), diskId: 'd1', terms: soon }));
    const health = await new ReadHealth(vault.assess(), vault.map, vault.board).run();
    assert.equal(health.epoch, 10n);
    assert.deepEqual(health.stripes, {
      stripes: 3,
      complete: 1,
      byMargin: { lost: 1, '0': 1, '1': 0, '2': 1, more: 0 },
    });
    assert.deepEqual([health.versionsAtRisk, health.versionsLost], [2, 1]);
    assert.deepEqual(health.queue, [
      { stripeId: 'lost', margin: -1, missing: 3 },
      { stripeId: 'bare', margin: 0, missing: 2 },
    ]);
    const expiring = health.leases.filter((lease) => lease.expiring).map((lease) => lease.diskId);
    assert.deepEqual(expiring, ['d1']);
    assert.equal(health.repair, undefined);
  });

  it('shows what repair posted last', async () => {
    const vault = new VaultOfTests();
    vault.put('s', [1, 2, 3]);
    vault.end(3);
    await vault.repair().run();
    const { repair, stripes } = await new ReadHealth(vault.assess(), vault.map, vault.board).run();
    assert.equal(repair?.movedShards, 1);
    assert.equal(stripes.complete, 1);
  });
});

import assert from 'node:assert/strict';

import { tabRow } from '../rows.js';
import { leaseOn, VaultOfTests } from './vault-of-tests.js';

const margins = async (vault: VaultOfTests) =>
  (await vault.assess().run()).stripes.map(({ margin, missing }) => [margin, missing.length]);

describe('assess-health', () => {
  it('counts a lease that ended, a reported loss and a suspect as missing', async () => {
    const vault = new VaultOfTests();
    const stripe = vault.put('s', [1, 2, 3]);
    assert.deepEqual(await margins(vault), [[2, 0]]);
    const [first, second] = stripe.shards;
    assert.ok(first && second);
    const loss = { index: 0n, digest: first.digest, size: 4096, reportedIn: 9n };
    vault.rows.set('tab', [leaseOn(1)], tabRow({ answeredThrough: 9n, losses: [loss] }));
    assert.deepEqual(await margins(vault), [[1, 1]]);
    vault.suspects.note(second);
    assert.deepEqual(await margins(vault), [[0, 2]]);
    vault.end(3);
    assert.deepEqual(await margins(vault), [[-1, 3]]);
  });

  it('counts a lease that the ledger does not know as gone', async () => {
    const vault = new VaultOfTests();
    vault.put('s', [1, 2, 3]);
    vault.rows.remove('lease', leaseOn(1));
    assert.deepEqual(await margins(vault), [[1, 1]]);
  });

  it('says which epoch it speaks of and how each lease stands', async () => {
    const vault = new VaultOfTests();
    vault.put('s', [1, 2, 3]);
    vault.rows.set('tab', [leaseOn(2)], tabRow({ answeredThrough: 8n }));
    vault.end(3);
    const { epoch, leases } = await vault.assess().run();
    assert.equal(epoch, 10n);
    assert.deepEqual(
      [...leases.values()].map(({ standing }) => standing),
      ['good', 'late', 'gone'],
    );
  });
});

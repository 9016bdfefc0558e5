import assert from 'node:assert/strict';

import { CallDefaults } from '@dstore/application/use-cases/call-defaults.js';
import { Refusal } from '@dstore/chaincode/domain';

import { LedgerRows } from '../rows-ledger.js';
import { leaseRow, owner, tabRow } from '../rows.js';

const id = (at: number) => at.toString(16).padStart(32, '0');

/** Leases 0..n-1 last answered in the given epochs, in epoch 10. */
function leases(answered: readonly bigint[], proves: readonly number[] = []) {
  const rows: LedgerRows = new LedgerRows({
    'LeaseContract:CallDefault': ({ leaseId }) => {
      const row = rows.get('lease', leaseId) ?? leaseRow();
      if (row.state !== 'active') throw new Refusal('lease-not-active', 'no');
      if (proves.some((at) => id(at) === leaseId)) throw new Refusal('lease-not-in-default', 'no');
      rows.set('lease', [leaseId], { ...row, state: 'defaulted' });
      return {};
    },
  });
  rows.set('epoch', [], { v: 1, number: 10n, phase: 'open', openedAt: 0n });
  answered.forEach((answeredThrough, at) => {
    rows.set('lease', [id(at)], leaseRow({ leaseId: id(at), vaultId: `v${at % 2}` }));
    rows.set('tab', [id(at)], tabRow({ answeredThrough }));
  });
  return rows;
}

describe('call-defaults', () => {
  const ledger = (rows: LedgerRows) => rows.as(owner.msp, owner.id);

  it('calls those that missed three finished epochs in a row, once', async () => {
    const rows = leases([9n, 7n, 6n, 5n]);
    assert.deepEqual(await new CallDefaults(ledger(rows)).run(), [id(2), id(3)]);
    assert.deepEqual(await new CallDefaults(ledger(rows)).run(), []);
    assert.equal(rows.submitted.length, 2);
  });

  it('calls for leases of interest only', async () => {
    const rows = leases([0n, 0n, 0n, 0n]);
    const useCase = new CallDefaults(ledger(rows), (lease) => lease.vaultId === 'v1');
    assert.deepEqual(await useCase.run(), [id(1), id(3)]);
  });

  it('goes on when a provider proves in the last moment', async () => {
    assert.deepEqual(await new CallDefaults(ledger(leases([0n, 0n, 0n], [1]))).run(), [id(0), id(2)]);
  });

  it('has nothing to call before the first epoch', async () => {
    const rows = leases([0n]);
    rows.remove('epoch');
    assert.deepEqual(await new CallDefaults(ledger(rows)).run(), []);
  });
});

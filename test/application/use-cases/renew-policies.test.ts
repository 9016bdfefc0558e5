import assert from 'node:assert/strict';

import { RenewPolicies } from '@dstore/application/use-cases/renew-policies.js';

import { LedgerRows } from '../rows-ledger.js';
import { leaseRow, owner } from '../rows.js';

const id = (at: number) => at.toString(16).padStart(32, '0');

/** So many leases of two vaults, the first of them over, among these organizations. */
function rowsOf(count: number, organizations: readonly string[]): LedgerRows {
  const rows = new LedgerRows({ 'LeaseContract:RenewPolicies': ({ leaseIds }) => ({ leaseIds }) });
  for (const msp of organizations) rows.set('org', [msp], { v: 1, msp, state: 'active', since: 0n });
  for (let at = 0; at < count; at += 1) {
    const state = at === 0 ? 'closed' : 'active';
    rows.set('lease', [id(at)], leaseRow({ leaseId: id(at), vaultId: `v${at % 2}`, state }));
  }
  return rows;
}

describe('renew-policies', () => {
  const ledger = (rows: LedgerRows) => rows.as(owner.msp, owner.id);

  it('A-148 renews active leases of interest when the organizations are others than before', async () => {
    const rows = rowsOf(6, ['A', 'B']);
    const useCase = new RenewPolicies(ledger(rows), ({ vaultId }) => vaultId === 'v0');
    assert.deepEqual(await useCase.run(), [id(2), id(4)]);
    assert.deepEqual(await useCase.run(), []);
    rows.set('org', ['C'], { v: 1, msp: 'C', state: 'active', since: 1n });
    assert.deepEqual(await useCase.run(), [id(2), id(4)]);
    rows.set('org', ['B'], { v: 1, msp: 'B', state: 'suspended', since: 2n });
    assert.deepEqual(await useCase.run(), [id(2), id(4)]);
    assert.equal(rows.submitted.length, 3);
  });

  it('keeps each transaction within its bound', async () => {
    const rows = rowsOf(130, ['A']);
    assert.equal((await new RenewPolicies(ledger(rows)).run()).length, 129);
    const sizes = rows.submitted.map(({ args }) => (args as { leaseIds: string[] }).leaseIds.length);
    assert.deepEqual(sizes, [64, 64, 1]);
  });

  it('tries again when a batch failed', async () => {
    const rows = rowsOf(3, ['A']);
    let broken = true;
    const flaky = {
      ...ledger(rows),
      submit: (async (name: 'LeaseContract:RenewPolicies', args: { leaseIds: string[] }) => {
        if (broken) throw new Error('no ledger');
        return ledger(rows).submit(name, args);
      }) as ReturnType<typeof ledger>['submit'],
    };
    const useCase = new RenewPolicies(flaky);
    await assert.rejects(useCase.run());
    broken = false;
    assert.deepEqual(await useCase.run(), [id(1), id(2)]);
  });
});

import assert from 'node:assert/strict';

import { CloseLeases } from '@dstore/application/use-cases/close-leases.js';
import { Refusal } from '@dstore/chaincode/domain';

import { LedgerRows } from '../rows-ledger.js';
import { leaseRow, owner, provider } from '../rows.js';

const id = (at: number) => at.toString(16).padStart(32, '0');

/** Leases with these last epochs and a grace of 24, in epoch 100. */
function leases(lastEpochs: readonly bigint[], inDefault: readonly number[] = []) {
  const rows: LedgerRows = new LedgerRows({
    'LeaseContract:CloseLease': ({ leaseId }) => {
      const row = rows.get('lease', leaseId) ?? leaseRow();
      if (inDefault.some((at) => id(at) === leaseId)) throw new Refusal('lease-not-ended', 'in default');
      rows.set('lease', [leaseId], { ...row, state: 'closed' });
      return {};
    },
  });
  rows.set('epoch', [], { v: 1, number: 100n, phase: 'open', openedAt: 0n });
  lastEpochs.forEach((lastEpoch, at) => {
    const terms = { capacityBytes: 1n, lastEpoch };
    rows.set('lease', [id(at)], leaseRow({ leaseId: id(at), terms }));
  });
  return rows;
}

describe('close-leases', () => {
  it('closes what ended with its grace, for owner and provider alike, once', async () => {
    for (const { msp, id: name } of [owner, provider]) {
      const rows = leases([75n, 76n, 10n]);
      const useCase = new CloseLeases(rows.as(msp, name));
      assert.deepEqual(await useCase.run(), [id(0), id(2)]);
      assert.deepEqual(await useCase.run(), []);
    }
  });

  it('leaves leases of others and leases that were extended', async () => {
    const rows = leases([10n]);
    assert.deepEqual(await new CloseLeases(rows.as('Org9', 'owner')).run(), []);
    const next = { from: 50n, terms: { capacityBytes: 1n, lastEpoch: 90n } };
    rows.set('lease', [id(0)], { ...leaseRow({ leaseId: id(0) }), next });
    assert.deepEqual(await new CloseLeases(rows.as(owner.msp, owner.id)).run(), []);
  });

  it('goes on when the law refuses one', async () => {
    const rows = leases([10n, 11n], [0]);
    assert.deepEqual(await new CloseLeases(rows.as(owner.msp, owner.id)).run(), [id(1)]);
  });
});

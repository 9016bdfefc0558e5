import assert from 'node:assert/strict';

import { CollectEarnings } from '@dstore/application/use-cases/collect-earnings.js';

import { LedgerRows } from '../rows-ledger.js';
import { leaseRow, owner, tabRow } from '../rows.js';

const id = (at: number) => at.toString(16).padStart(32, '0');

function earned(...amounts: bigint[]) {
  const rows: LedgerRows = new LedgerRows({
    'TokenContract:CollectEarnings': ({ leaseIds }) => {
      let amount = 0n;
      for (const leaseId of leaseIds) {
        const tab = rows.get('tab', leaseId) ?? tabRow();
        amount += tab.earned;
        rows.set('tab', [leaseId], { ...tab, earned: 0n });
      }
      return { amount };
    },
  });
  amounts.forEach((amount, at) => {
    rows.set('lease', [id(at)], leaseRow({ leaseId: id(at) }));
    rows.set('tab', [id(at)], tabRow({ earned: amount }));
  });
  return rows;
}

describe('collect-earnings', () => {
  it('collects all leases that earned something, in transactions of bounded size', async () => {
    const rows = earned(...Array.from({ length: 120 }, (_, at) => BigInt(at)));
    const useCase = new CollectEarnings(rows.as('Org2', 'provider'));
    assert.equal(await useCase.run(), (119n * 120n) / 2n);
    assert.equal(rows.submitted.length, 3);
    assert.equal(await useCase.run(), 0n);
    assert.equal(rows.submitted.length, 3);
  });

  it('leaves what is under the threshold and what others earned', async () => {
    const rows = earned(9n, 10n, 11n);
    assert.equal(await new CollectEarnings(rows.as('Org2', 'provider'), 10n).run(), 21n);
    assert.equal(await new CollectEarnings(rows.as(owner.msp, owner.id)).run(), 0n);
  });
});

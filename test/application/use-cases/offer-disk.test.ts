import assert from 'node:assert/strict';

import { OfferDisk } from '@dstore/application/use-cases/offer-disk.js';

import { LedgerRows } from '../rows-ledger.js';
import { diskRow, leaseRow } from '../rows.js';

const offered = diskRow('d2', 'Org2');
const { site, region, door, agent, agentKey, capacityBytes, price, collateralRate } = offered.offer;
const offer = { diskId: 'd2', site, region, door, agent, agentKey, capacityBytes, price, collateralRate };

function provider() {
  const rows = new LedgerRows({
    'DiskContract:Offer': () => {
      rows.set('disk', ['d2'], offered);
      return {};
    },
    'DiskContract:FundPool': ({ amount, notes }) => {
      for (const note of notes) rows.remove('note', 'Org2', 'provider', note);
      const collateral = (rows.get('pool', 'd2')?.collateral ?? 0n) + amount;
      rows.set('pool', ['d2'], { v: 1, reservedBytes: 0n, collateral });
      return {};
    },
  });
  rows.set('note', ['Org2', 'provider', 'n1'], { v: 1, amount: 500n });
  rows.set('note', ['Org2', 'provider', 'n2'], { v: 1, amount: 900n });
  rows.set('note', ['Org3', 'provider', 'n3'], { v: 1, amount: 9000n });
  return { rows, useCase: new OfferDisk(rows.as('Org2', 'provider')) };
}

describe('offer-disk', () => {
  it('offers a disk and funds its pool from notes of its own, once', async () => {
    const { rows, useCase } = provider();
    await useCase.run(offer, 800n);
    await useCase.run(offer, 800n);
    assert.deepEqual(
      rows.submitted.map(({ name, args }) => ({ name, args })),
      [
        { name: 'DiskContract:Offer', args: offer },
        { name: 'DiskContract:FundPool', args: { diskId: 'd2', amount: 800n, notes: ['n2'] } },
      ],
    );
  });

  it('goes on where a crash stopped it', async () => {
    const { rows, useCase } = provider();
    rows.set('disk', ['d2'], offered);
    await useCase.run(offer, 450n);
    assert.deepEqual(
      rows.submitted.map(({ args }) => args),
      [{ diskId: 'd2', amount: 450n, notes: ['n1'] }],
    );
  });

  it('does not fund again what leases took out of the pool', async () => {
    const { rows, useCase } = provider();
    await useCase.run(offer, 800n);
    rows.set('pool', ['d2'], { v: 1, reservedBytes: 1n, collateral: 0n });
    rows.set('lease', ['00'], leaseRow({ diskId: 'd2', state: 'defaulted' }));
    await useCase.run(offer, 800n);
    assert.equal(rows.submitted.length, 2);
  });

  it('refuses collateral that the notes do not hold, and leaves them alone', async () => {
    const { rows, useCase } = provider();
    await assert.rejects(useCase.run(offer, 1401n), { code: 'notes-short' });
    assert.equal(rows.list('note', ['Org2', 'provider']).length, 2);
  });
});

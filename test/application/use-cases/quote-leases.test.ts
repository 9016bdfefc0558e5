import assert from 'node:assert/strict';
import { Denial } from '@dstore/application/ports/fault.js';
import { QuoteLeases } from '@dstore/application/use-cases/quote-leases.js';

import { VaultOnRows } from './vault-on-rows.js';

const policy = {
  maxPrice: 1n,
  minCollateralRate: 500n,
  termEpochs: 100n,
  capacityBytes: 1n << 30n,
  headroomBytes: 0n,
  avoid: ['d1'],
};
const wish = { capacityBytes: 1n << 30n, termEpochs: 10n, count: 1 };

function world() {
  const on = new VaultOnRows();
  return { on, quotes: new QuoteLeases(on.vault, { read: () => policy }) };
}

describe('QuoteLeases', () => {
  it('quotes what the owner may open: also above the price of the policy, and where that opens none', async () => {
    const { on, quotes } = world();
    on.addDisk(1, { price: 100n });
    on.addDisk(2, { price: 101n });
    const { escrow, disks } = await quotes.run({ ...wish, count: 2 });
    assert.equal(escrow, 2010n);
    assert.deepEqual(disks, [
      { diskId: 'd1', organization: 'Org1', price: 100n, escrow: 1000n, collateral: 1000n },
      { diskId: 'd2', organization: 'Org2', price: 101n, escrow: 1010n, collateral: 1000n },
    ]);
  });

  it('says what each disk is left out for when there are too few', async () => {
    const { on, quotes } = world();
    for (const at of [1, 2, 3, 4, 5, 6]) on.addDisk(at);
    on.addLease(1);
    on.addDisk(2, { state: 'paused' });
    on.addDisk(3, { capacityBytes: 1n << 29n });
    on.addDisk(4, { collateralRate: 499n });
    on.addDisk(5, { collateralRate: 100_001n });
    on.rows.set('org', ['Org6'], { v: 1, msp: 'Org6', state: 'suspended', since: 0n });
    const why =
      'd1 leased, d2 not-offering, d3 too-full, d4 stake-too-low, d5 collateral-short, d6 not-offering';
    await assert.rejects(quotes.run(wish), (error) => {
      assert.ok(error instanceof Denial && error.code === 'too-few-disks');
      assert.equal(error.message, `0 of 1 leases can be had: ${why}`);
      return error.facts['leftOut'] === why;
    });
  });

  for (const [what, change, code] of [
    ['no term', { termEpochs: 0n }, 'term-out-of-range'],
    ['a term of more than a million epochs', { termEpochs: 1_000_001n }, 'term-out-of-range'],
    ['no bytes', { capacityBytes: 0n }, 'capacity-out-of-range'],
  ] as const)
    it(`refuses a wish of ${what}`, async () => {
      await assert.rejects(world().quotes.run({ ...wish, ...change }), { name: 'Refusal', code });
    });
});

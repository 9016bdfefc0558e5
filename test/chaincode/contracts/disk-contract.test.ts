import assert from 'node:assert/strict';
import { Consortium, gibibyte, offerOf } from '../consortium.js';

describe('contracts/disk-contract', () => {
  let world: Consortium;
  beforeEach(async () => {
    world = await Consortium.trading();
  });
  const refuses: Consortium['ledger']['refuses'] = (...args) => world.ledger.refuses(...args);
  const change = (given: object) => ({ diskId: 'd1', ...given });

  it('offers disks of providers, once, with a door, a key and room', async () => {
    await refuses('disk-exists', world.provider, 'DiskContract:Offer', offerOf('d1'));
    await refuses('role-missing', world.owner, 'DiskContract:Offer', offerOf('d2'));
    const none = offerOf('d2', { capacityBytes: 0n });
    await refuses('capacity-out-of-range', world.provider, 'DiskContract:Offer', none);
    const plain = offerOf('d2', { door: 'http://door.example' });
    await refuses('arguments-malformed', world.provider, 'DiskContract:Offer', plain);
    const keyless = offerOf('d2', { agentKey: 'AAAA' });
    await refuses('key-malformed', world.provider, 'DiskContract:Offer', keyless);
  });

  it('A-119 changes from the next epoch on, once an epoch', async () => {
    await world.ledger.submit(world.provider, 'DiskContract:Change', change({ price: 7n }));
    const disk = world.ledger.row('disk', 'd1');
    assert.deepEqual([disk?.offer.price, disk?.next?.offer.price, disk?.next?.from], [100n, 7n, 1n]);
    await refuses('disk-changed', world.provider, 'DiskContract:Change', change({ price: 8n }));
    await refuses('not-provider', world.agent, 'DiskContract:Change', change({ price: 8n }));
    await world.turn();
    await world.ledger.submit(world.provider, 'DiskContract:Change', change({ state: 'retiring' }));
    await world.turn();
    await refuses('disk-retiring', world.provider, 'DiskContract:Change', change({ state: 'offering' }));
  });

  it('never shrinks below what is leased', async () => {
    await world.open({ capacityBytes: 2n * gibibyte });
    const less = change({ capacityBytes: 2n * gibibyte - 1n });
    await refuses('capacity-out-of-range', world.provider, 'DiskContract:Change', less);
    await world.ledger.submit(
      world.provider,
      'DiskContract:Change',
      change({ capacityBytes: 2n * gibibyte }),
    );
    const wish = { diskId: 'd1', capacityBytes: 1n, termEpochs: 1n, maxPrice: 100n, minCollateral: 0n };
    await refuses('disk-full', world.owner, 'LeaseContract:OpenLease', {
      vaultId: 'v',
      leases: [wish],
      notes: [],
    });
  });

  it('funds and draws the pool', async () => {
    const notes = world.ledger.notesOf(world.provider);
    await world.ledger.submit(
      world.provider,
      'DiskContract:FundPool',
      change({ amount: 5n, notes }) as never,
    );
    assert.equal(world.ledger.row('pool', 'd1')?.collateral, 50_005n);
    await world.ledger.submit(world.provider, 'DiskContract:DrawPool', { diskId: 'd1', amount: 50_005n });
    assert.equal(world.ledger.balanceOf(world.provider), 1_000_000n);
    await refuses('collateral-short', world.provider, 'DiskContract:DrawPool', { diskId: 'd1', amount: 1n });
    await refuses('amount-zero', world.provider, 'DiskContract:DrawPool', { diskId: 'd1', amount: 0n });
    const fund = { diskId: 'd1', amount: 1_000_001n, notes: world.ledger.notesOf(world.provider) };
    await refuses('notes-short', world.provider, 'DiskContract:FundPool', fund);
    await refuses('amount-zero', world.provider, 'DiskContract:FundPool', { ...fund, amount: 0n });
    await refuses('not-provider', world.owner, 'DiskContract:DrawPool', { diskId: 'd1', amount: 1n });
  });
});

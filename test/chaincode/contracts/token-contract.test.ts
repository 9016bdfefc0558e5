import assert from 'node:assert/strict';
import { maxAmount } from '@dstore/chaincode/domain';
import { Consortium } from '../consortium.js';

describe('contracts/token-contract', () => {
  let world: Consortium;
  beforeEach(async () => {
    world = await Consortium.trading();
  });
  const notes = () => world.ledger.notesOf(world.owner);
  const to = { msp: 'Org2', id: 'provider' };
  const self = { msp: 'Org1', id: 'owner' };

  it('splits, merges and hands on notes; outputs equal inputs', async () => {
    const outputs = [
      { to, amount: 1n },
      { to: self, amount: 999_999n },
    ];
    const { noteIds } = await world.ledger.submit(world.owner, 'TokenContract:Transfer', {
      notes: notes(),
      outputs,
    });
    assert.equal(noteIds.length, 2);
    assert.equal(world.ledger.balanceOf(world.owner), 999_999n);
    assert.equal(world.ledger.balanceOf(world.provider), 950_001n);
  });

  it('refuses outputs that are none, zero, unequal, beyond the largest amount or to nobody', async () => {
    const refuses = (
      code: Parameters<Consortium['ledger']['refuses']>[0],
      outputs: { to: typeof to; amount: bigint }[],
    ) => world.ledger.refuses(code, world.owner, 'TokenContract:Transfer', { notes: notes(), outputs });
    await refuses('amount-zero', []);
    await refuses('amount-zero', [{ to, amount: 0n }]);
    await refuses('amounts-unequal', [{ to, amount: 1_000_001n }]);
    await refuses('amount-malformed', [
      { to, amount: maxAmount },
      { to, amount: 1n },
    ]);
    await refuses('account-unknown', [{ to: { msp: 'Org2', id: 'nobody' }, amount: 1_000_000n }]);
    const foreign = { notes: world.ledger.notesOf(world.provider), outputs: [{ to, amount: 950_000n }] };
    await world.ledger.refuses('note-unknown', world.owner, 'TokenContract:Transfer', foreign);
  });

  it('A-61 burns what a treasurer holds and no more', async () => {
    await world.ledger.submit(world.owner, 'TokenContract:Burn', { notes: notes(), amount: 400_000n });
    assert.equal(world.ledger.balanceOf(world.owner), 600_000n);
    assert.equal(world.supply().held, world.supply().issued);
    const refuses = world.ledger.refuses.bind(world.ledger);
    await refuses('notes-short', world.owner, 'TokenContract:Burn', { notes: notes(), amount: 600_001n });
    await refuses('amount-zero', world.owner, 'TokenContract:Burn', { notes: notes(), amount: 0n });
    await refuses('role-missing', world.provider, 'TokenContract:Burn', { notes: [], amount: 1n });
  });

  it('collects what leases have earned, once, for their provider', async () => {
    const leaseIds = [await world.open(), await world.open()];
    await world.turn();
    for (const leaseId of leaseIds) await world.submitProof(leaseId);
    const refuses = world.ledger.refuses.bind(world.ledger);
    await refuses('not-provider', world.owner, 'TokenContract:CollectEarnings', { leaseIds });
    const { amount } = await world.ledger.submit(world.provider, 'TokenContract:CollectEarnings', {
      leaseIds,
    });
    assert.equal(amount, 200n);
    await refuses('amount-zero', world.provider, 'TokenContract:CollectEarnings', { leaseIds });
    const twice = { leaseIds: [leaseIds[0], leaseIds[0]] as string[] };
    await refuses('arguments-malformed', world.provider, 'TokenContract:CollectEarnings', twice);
  });
});

import assert from 'node:assert/strict';
import type { Row } from '@dstore/chaincode/domain';
import { Consortium, identity, params } from '../consortium.js';
import { type Identity, MemoryLedger } from '../memory-ledger.js';

describe('contracts/governance-contract', () => {
  const mint = { kind: 'mint', to: { msp: 'Org1', id: 'owner' }, amount: 5n } as const;
  const founding = { organizations: ['Org1', 'Org2'], params };
  const admin = identity('Org1', 'admin', 'admin');
  const propose = (world: Consortium, body: Row<'proposal'>['body'], closesAt = 10n) =>
    world.ledger.submit(world.admins[0] as Identity, 'GovernanceContract:Propose', { body, closesAt });
  const vote = (
    world: Consortium,
    at: number,
    proposal: { proposalId: string; digest: string },
    word: 'yes' | 'no',
  ) =>
    world.ledger.submit(world.admins[at] as Identity, 'GovernanceContract:Vote', { ...proposal, vote: word });

  it('is founded once, by an admin of a listed organization, with parameters in bounds', async () => {
    const ledger = new MemoryLedger();
    const refuses = ledger.refuses.bind(ledger);
    await refuses('role-missing', identity('Org1', 'owner', 'owner'), 'GovernanceContract:Found', founding);
    await refuses(
      'organization-unknown',
      identity('Org3', 'a', 'admin'),
      'GovernanceContract:Found',
      founding,
    );
    const twice = { ...founding, organizations: ['Org1', 'Org1'] };
    await refuses('arguments-malformed', admin, 'GovernanceContract:Found', twice);
    const wild = { ...founding, params: { ...params, epochLengthSeconds: 99n } };
    await refuses('param-out-of-range', admin, 'GovernanceContract:Found', wild);
    await ledger.submit(admin, 'GovernanceContract:Found', founding);
    await refuses('consortium-exists', admin, 'GovernanceContract:Found', founding);
    assert.equal(ledger.row('params')?.version, 1);
  });

  it('A-149 enacts once what a majority of the active organizations voted for', async () => {
    const world = await Consortium.founded();
    const proposal = await propose(world, mint);
    const { proposalId } = proposal;
    const enact = { proposalId };
    const refuses = world.ledger.refuses.bind(world.ledger);
    await vote(world, 0, proposal, 'yes');
    await vote(world, 1, proposal, 'no');
    await vote(world, 2, proposal, 'yes');
    await refuses('proposal-not-passed', world.owner, 'GovernanceContract:Enact', enact);
    await vote(world, 3, proposal, 'yes');
    await world.ledger.submit(world.owner, 'GovernanceContract:Enact', enact);
    await refuses('proposal-closed', world.owner, 'GovernanceContract:Enact', enact);
    assert.equal(world.ledger.balanceOf(world.owner), 5n);
    assert.deepEqual(world.ledger.row('mint', proposalId), { v: 1, amount: 5n, to: mint.to });
  });

  it('A-149 takes one vote an organization, by its admin, bound to the digest, in time', async () => {
    const world = await Consortium.founded();
    const proposal = await propose(world, mint, 1n);
    const ballot = { ...proposal, vote: 'yes' } as const;
    const [first, second] = world.admins as [Identity, Identity];
    const refuses = world.ledger.refuses.bind(world.ledger);
    await world.ledger.submit(first, 'GovernanceContract:Vote', ballot);
    await refuses('vote-repeated', first, 'GovernanceContract:Vote', ballot);
    await refuses('role-missing', world.owner, 'GovernanceContract:Vote', ballot);
    const other = { ...ballot, digest: '00'.repeat(32) };
    await refuses('proposal-unknown', second, 'GovernanceContract:Vote', other);
    const unknown = { ...ballot, proposalId: '00'.repeat(16) };
    await refuses('proposal-unknown', second, 'GovernanceContract:Vote', unknown);
    await world.turn();
    await refuses('proposal-closed', second, 'GovernanceContract:Vote', ballot);
    await refuses('proposal-closed', second, 'GovernanceContract:Enact', { proposalId: proposal.proposalId });
  });

  it('A-149 counts the members of today, not of the day of the vote', async () => {
    const world = await Consortium.founded();
    const proposal = await propose(world, mint);
    await vote(world, 2, proposal, 'yes');
    await vote(world, 3, proposal, 'yes');
    await world.enact({ kind: 'suspend', organization: 'Org4' });
    const enact = { proposalId: proposal.proposalId };
    await world.ledger.refuses('proposal-not-passed', world.owner, 'GovernanceContract:Enact', enact);
    await world.ledger.refuses('org-suspended', world.admins[3] as Identity, 'GovernanceContract:Vote', {
      ...proposal,
      vote: 'yes',
    });
    await world.enact({ kind: 'reinstate', organization: 'Org4' });
    await vote(world, 0, proposal, 'yes');
    await world.ledger.submit(world.owner, 'GovernanceContract:Enact', enact);
  });

  it('admits organizations, and refuses changes that do not fit their state', async () => {
    const world = await Consortium.founded(1);
    await world.enact({ kind: 'admit', organization: 'Org2' });
    assert.equal(world.ledger.row('org', 'Org2')?.state, 'active');
    const fails = (body: Row<'proposal'>['body'], code: RegExp) => assert.rejects(world.enact(body), code);
    const alone = await Consortium.founded(1);
    await assert.rejects(
      alone.enact({ kind: 'suspend', organization: 'Org1' }),
      /^Error: proposal-not-passed/,
    );
    await assert.rejects(
      alone.enact({ kind: 'admit', organization: 'Org1' }),
      /^Error: organization-unknown/,
    );
    await assert.rejects(
      alone.enact({ kind: 'reinstate', organization: 'Org1' }),
      /^Error: organization-unknown/,
    );
    await fails({ kind: 'mint', amount: 1n }, /^Error: arguments-malformed/);
    await fails({ ...mint, amount: 0n }, /^Error: amount-zero/);
    await fails({ ...mint, to: { msp: 'Org1', id: 'nobody' } }, /^Error: account-unknown/);
    await fails({ kind: 'params', changes: { cureEpochs: 0n } }, /^Error: param-out-of-range/);
    await assert.rejects(propose(world, mint, 0n), /^Error: term-out-of-range/);
  });

  it('raises the version with each change of parameters', async () => {
    const world = await Consortium.founded();
    await world.enact({ kind: 'params', changes: { challenges: 31 } });
    const row = world.ledger.row('params');
    assert.deepEqual([row?.version, row?.params.challenges], [2, 31]);
  });
});

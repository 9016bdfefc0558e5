import assert from 'node:assert/strict';
import { keyOf, tabPolicy } from '@dstore/chaincode/domain';
import { Consortium } from '../consortium.js';

describe('contracts/policy-renewal', () => {
  const name = 'LeaseContract:RenewPolicies';
  let world: Consortium;
  let leases: string[];

  beforeEach(async () => {
    world = await Consortium.trading();
    leases = [await world.open(), await world.open()];
  });

  const policyOf = (leaseId: string) => world.ledger.policies.get(keyOf('tab', [leaseId]));
  const renew = (leaseIds: readonly string[]) => world.ledger.submit(world.agent, name, { leaseIds });
  const of = (...organizations: string[]) => tabPolicy(organizations, 'Org2');

  it('A-148 names the organizations of today once one has joined, by anyone, in one batch', async () => {
    const before = of('Org1', 'Org2', 'Org3', 'Org4');
    for (const leaseId of leases) assert.deepEqual(policyOf(leaseId), before);
    await world.enact({ kind: 'admit', organization: 'Org5' });
    for (const leaseId of leases) assert.deepEqual(policyOf(leaseId), before);
    assert.deepEqual(await renew(leases), { leaseIds: leases });
    for (const leaseId of leases)
      assert.deepEqual(policyOf(leaseId), of('Org1', 'Org2', 'Org3', 'Org4', 'Org5'));
    assert.deepEqual(JSON.parse(world.ledger.event?.payload ?? ''), { leaseIds: leases });
  });

  it('A-148 leaves no policy where fewer than three others are left, and sets one when they are back', async () => {
    await world.enact({ kind: 'suspend', organization: 'Org4' });
    assert.deepEqual(await renew(leases), { leaseIds: leases });
    for (const leaseId of leases) assert.equal(policyOf(leaseId)?.length, 0);
    await world.enact({ kind: 'reinstate', organization: 'Org4' });
    await renew(leases);
    for (const leaseId of leases) assert.deepEqual(policyOf(leaseId), of('Org1', 'Org2', 'Org3', 'Org4'));
  });

  it('writes nothing where nothing differs, and no row ever', async () => {
    const rows = [...world.ledger.state].join();
    const policies = [...world.ledger.policies].join();
    assert.deepEqual(await renew(leases), { leaseIds: [] });
    assert.equal([...world.ledger.policies].join(), policies);
    await world.enact({ kind: 'admit', organization: 'Org5' });
    const tabs = () => world.ledger.rowsOf('tab').map(({ row }) => row);
    const before = tabs();
    await renew(leases);
    assert.deepEqual(tabs(), before);
    assert.deepEqual(await renew(leases), { leaseIds: [] });
    assert.notEqual([...world.ledger.state].join(), rows);
  });

  it('passes over a lease that has ended', async () => {
    const [ended = '', active = ''] = leases;
    await world.ledger.submit(world.owner, 'LeaseContract:CloseLease', { leaseId: ended });
    await world.enact({ kind: 'admit', organization: 'Org5' });
    assert.deepEqual(await renew([ended, active]), { leaseIds: [active] });
  });

  it('refuses none, one named twice, one that is not there, and more than a batch', async () => {
    const [leaseId = ''] = leases;
    const refuses = world.ledger.refuses.bind(world.ledger);
    await refuses('arguments-malformed', world.agent, name, { leaseIds: [] });
    await refuses('arguments-malformed', world.agent, name, { leaseIds: [leaseId, leaseId] });
    await refuses('lease-unknown', world.agent, name, { leaseIds: [leaseId, 'ab'.repeat(16)] });
    const many = Array.from({ length: 65 }, (_, at) => at.toString(16).padStart(32, '0'));
    await refuses('batch-too-large', world.agent, name, { leaseIds: many });
  });
});

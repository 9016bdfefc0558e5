import assert from 'node:assert/strict';

import { FoundConsortium } from '@dstore/application/use-cases/found-consortium.js';
import { Refusal } from '@dstore/chaincode/domain';

import { LedgerRows } from '../rows-ledger.js';
import { demoParams } from '../rows.js';

const organizations = ['Org1', 'Org2', 'Org3'];
const allotments = [
  { to: { msp: 'Org1', id: 'owner' }, amount: 1000n },
  { to: { msp: 'Org2', id: 'provider' }, amount: 50n },
  { to: { msp: 'Org2', id: 'provider' }, amount: 50n },
];

/** A law of a few lines; every transaction after the first `lives` fails as a crash would. */
function founding(lives = Infinity) {
  let left = lives;
  const live = () => {
    left -= 1;
    if (left < 0) throw new Error('crashed');
  };
  let proposals = 0;
  const rows: LedgerRows = new LedgerRows({
    'GovernanceContract:Found': ({ params }) => {
      live();
      rows.set('params', [], { v: 1, version: 1, params });
      return {};
    },
    'MemberContract:Enlist': (_args, account) => {
      live();
      rows.set('member', [account.msp, account.id], { v: 1, account, state: 'active' });
      return {};
    },
    'BeaconContract:OpenEpoch': ({ epoch }) => {
      live();
      rows.set('epoch', [], { v: 1, number: epoch, phase: 'open', openedAt: 0n });
      return { seed: '00'.repeat(32) };
    },
    'GovernanceContract:Propose': ({ body, closesAt }, by) => {
      live();
      const proposalId = (proposals += 1).toString(16).padStart(32, '0');
      const digest = '11'.repeat(32);
      rows.set('proposal', [proposalId], { v: 1, proposalId, by, body, closesAt, digest, state: 'open' });
      return { proposalId, digest };
    },
    'GovernanceContract:Vote': ({ proposalId, digest, vote }, by) => {
      live();
      if (rows.get('vote', proposalId, by.msp) !== undefined) throw new Refusal('vote-repeated', 'no');
      rows.set('vote', [proposalId, by.msp], { v: 1, vote, digest, by });
      return {};
    },
    'GovernanceContract:Enact': ({ proposalId }) => {
      live();
      assert.equal(rows.list('vote', [proposalId]).length, 3);
      const proposal = rows.get('proposal', proposalId);
      if (proposal?.body.to === undefined || proposal.body.amount === undefined)
        throw new Refusal('proposal-unknown', 'no');
      rows.set('proposal', [proposalId], { ...proposal, state: 'enacted' });
      rows.set('mint', [proposalId], { v: 1, to: proposal.body.to, amount: proposal.body.amount });
      return {};
    },
  });
  const useCase = () =>
    new FoundConsortium({
      params: demoParams,
      seats: organizations.map((msp) => ({
        admin: rows.as(msp, 'admin'),
        keepAnchor: { run: async () => void rows.get('params') },
      })),
      members: organizations.flatMap((msp) => [rows.as(msp, 'admin'), rows.as(msp, 'provider')]),
      allotments,
    });
  const revive = (more: number) => (left = more);
  return { rows, useCase, revive };
}

const minted = (rows: LedgerRows) => rows.list('mint', []).reduce((sum, { row }) => sum + row.amount, 0n);

describe('found-consortium', () => {
  it('founds, enlists, opens epoch 0 and mints the allotments, equal ones each', async () => {
    const { rows, useCase } = founding();
    await useCase().run();
    assert.equal(rows.get('epoch')?.number, 0n);
    assert.equal(rows.list('member', []).length, 6);
    assert.equal(minted(rows), 1100n);
  });

  it('does nothing on a founded consortium', async () => {
    const { rows, useCase } = founding();
    await useCase().run();
    const before = rows.submitted.length;
    await useCase().run();
    assert.equal(rows.submitted.length, before);
  });

  it('ends in the same consortium wherever it was stopped', async () => {
    const whole = founding();
    await whole.useCase().run();
    const steps = whole.rows.submitted.length;
    for (let stop = 0; stop < steps; stop += 1) {
      const { rows, useCase, revive } = founding(stop);
      await assert.rejects(useCase().run(), /crashed/);
      revive(Infinity);
      await useCase().run();
      assert.equal(minted(rows), 1100n, `stopped after ${stop} transactions`);
      assert.equal(rows.list('proposal', []).length, allotments.length);
      assert.equal(rows.submitted.length, steps);
    }
  });

  it('refuses a consortium of nobody', () => {
    const charter = { params: demoParams, seats: [], members: [], allotments: [] };
    assert.throws(() => new FoundConsortium(charter), RangeError);
  });
});

import assert from 'node:assert/strict';
import { PassProposal } from '@dstore/application/use-cases/pass-proposal.js';
import { Refusal, type Row } from '@dstore/chaincode/domain';

import { LedgerRows } from '../rows-ledger.js';

const body = { kind: 'mint', to: { msp: 'Org1', id: 'owner' }, amount: 5n } as const;
const msps = ['Org1', 'Org2', 'Org3'];

/** A law of a few lines; what is named in `refuses` happened already. */
function law(refuses: readonly string[] = []) {
  let proposals = 0;
  const refuse = (code: 'vote-repeated' | 'proposal-closed') => {
    if (refuses.includes(code)) throw new Refusal(code, 'no');
  };
  const rows: LedgerRows = new LedgerRows({
    'GovernanceContract:Propose': ({ body: proposed, closesAt }, by) => {
      const proposalId = (proposals += 1).toString(16).padStart(32, '0');
      const digest = '11'.repeat(32);
      const row = { v: 1, proposalId, by, body: proposed, closesAt, digest, state: 'open' } as const;
      rows.set('proposal', [proposalId], row);
      return { proposalId, digest };
    },
    'GovernanceContract:Vote': ({ proposalId, digest, vote }, by) => {
      refuse('vote-repeated');
      rows.set('vote', [proposalId, by.msp], { v: 1, vote, digest, by });
      return {};
    },
    'GovernanceContract:Enact': ({ proposalId }) => {
      refuse('proposal-closed');
      const row = rows.get('proposal', proposalId) as Row<'proposal'>;
      rows.set('proposal', [proposalId], { ...row, state: 'enacted' });
      return {};
    },
  });
  rows.set('epoch', [], { v: 1, number: 10n, phase: 'open', openedAt: 0n });
  const pass = new PassProposal(msps.map((msp) => rows.as(msp, 'admin')));
  const said = () => rows.submitted.map(({ name, by }) => `${name.split(':')[1]} ${by.msp}`);
  return { rows, pass, said };
}

describe('PassProposal', () => {
  it('proposes, lets every admin vote, enacts', async () => {
    const { pass, said } = law();
    await pass.run(body);
    assert.deepEqual(said(), ['Propose Org1', 'Vote Org1', 'Vote Org2', 'Vote Org3', 'Enact Org1']);
  });

  it('goes on with a proposal that is open and the votes that are cast', async () => {
    const { rows, pass, said } = law();
    const by = { msp: 'Org1', id: 'admin' };
    const open = { v: 1, by, closesAt: 50n, digest: '22'.repeat(32), state: 'open' } as const;
    rows.set('proposal', ['aa'], { ...open, proposalId: 'aa', body: { ...body, amount: 6n } });
    rows.set('proposal', ['bb'], { ...open, proposalId: 'bb', body, closesAt: 10n });
    rows.set('proposal', ['cc'], { ...open, proposalId: 'cc', body });
    rows.set('vote', ['cc', 'Org2'], { v: 1, vote: 'yes', digest: open.digest, by });
    await pass.run(body);
    assert.deepEqual(said(), ['Vote Org1', 'Vote Org3', 'Enact Org1']);
    assert.equal(rows.get('proposal', 'cc')?.state, 'enacted');
    assert.equal(rows.get('proposal', 'aa')?.state, 'open');
  });

  it('takes being overtaken for success, and nothing else', async () => {
    await law(['vote-repeated']).pass.run(body);
    await law(['proposal-closed']).pass.run(body);
    const { rows } = law();
    const failing = { ...rows.as('Org1', 'admin'), submit: async () => Promise.reject(new Error('down')) };
    await assert.rejects(new PassProposal([failing]).run(body), /down/);
    assert.throws(() => new PassProposal([]), RangeError);
  });
});

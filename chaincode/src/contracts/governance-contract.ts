import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import {
  changedParams,
  checkBody,
  checkClosing,
  checkParams,
  insist,
  majorityOf,
  type ProposalBody,
  proposalDigest,
  proposalIdOf,
  type Row,
  rowFormat,
} from '../domain/index.js';
import { type Call, execute } from '../ledger/index.js';

/** The consortium's constitution: its founding, and every later change by a majority of its active organizations. */
@Info({ title: 'GovernanceContract', description: 'Founding, proposals and votes' })
export class GovernanceContract extends Contract {
  constructor() {
    super('GovernanceContract');
  }

  /** Once, by an admin of a listed organization: parameters and the first organizations. Refuses `consortium-exists`. */
  @Transaction()
  @Returns('string')
  async Found(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'GovernanceContract:Found', argument, async (call, { organizations, params }) => {
      call.insistRole('admin');
      insist((await call.store.find('params')) === undefined, 'consortium-exists', 'it is founded already');
      const listed = new Set(organizations);
      insist(listed.size === organizations.length, 'arguments-malformed', 'an organization is listed twice');
      insist(listed.has(call.account.msp), 'organization-unknown', 'only a listed organization founds');
      call.store.put('params', [], { v: rowFormat, version: 1, params: checkParams(params) });
      for (const msp of organizations) putOrganization(call, msp, 'active', 0n);
      call.announce('ConsortiumFounded', { organizations });
      return {};
    });
  }

  /** By an org admin: puts a change to the vote, open for epochs below `closesAt`. */
  @Transaction()
  @Returns('string')
  async Propose(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'GovernanceContract:Propose', argument, async (call, { body, closesAt }) => {
      await call.insistMember();
      call.insistRole('admin');
      checkClosing(closesAt, await epochNumber(call));
      await checkProposed(call, checkBody(body));
      const proposalId = proposalIdOf(call.channel, call.txId);
      const digest = proposalDigest(call.channel, proposalId, body);
      const proposal = { v: rowFormat, proposalId, by: call.account, body, closesAt, digest } as const;
      call.store.put('proposal', [proposalId], { ...proposal, state: 'open' });
      call.announce('Proposed', { proposalId, digest, kind: body.kind });
      return { proposalId, digest };
    });
  }

  /** By an org admin, one vote an organization, bound to the proposal's digest. */
  @Transaction()
  @Returns('string')
  async Vote(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'GovernanceContract:Vote', argument, async (call, { proposalId, digest, vote }) => {
      await call.insistMember();
      call.insistRole('admin');
      const { msp } = call.account;
      const proposal = await openProposal(call, proposalId);
      insist(proposal.digest === digest, 'proposal-unknown', 'the vote is bound to another text');
      const cast = await call.store.find('vote', proposalId, msp);
      insist(cast === undefined, 'vote-repeated', `${msp} has voted`);
      call.store.put('vote', [proposalId, msp], { v: rowFormat, vote, digest, by: call.account });
      call.announce('Voted', { proposalId, msp, vote });
      return {};
    });
  }

  /** By anyone, once: carries out what a majority of today's active organizations voted for. */
  @Transaction()
  @Returns('string')
  async Enact(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'GovernanceContract:Enact', argument, async (call, { proposalId }) => {
      await call.insistMember();
      const proposal = await openProposal(call, proposalId);
      const organizations = await call.organizations();
      await insistPassed(call, proposal, organizations);
      await enact(call, proposal, organizations);
      call.store.put('proposal', [proposalId], { ...proposal, state: 'enacted' });
      call.announce('Enacted', { proposalId, kind: proposal.body.kind });
      return {};
    });
  }
}

/** The running epoch, or zero before the genesis. */
async function epochNumber(call: Call): Promise<bigint> {
  return (await call.store.find('epoch'))?.number ?? 0n;
}

function putOrganization(call: Call, msp: string, state: Row<'org'>['state'], since: bigint): void {
  call.store.put('org', [msp], { v: rowFormat, msp, state, since });
}

/** Refuses a proposal that names nobody's account, an organization in the wrong state, or parameters out of bounds. */
async function checkProposed(call: Call, body: ProposalBody): Promise<void> {
  const { to, changes } = body;
  if (to !== undefined) await call.store.get('account-unknown', 'member', to.msp, to.id);
  if (changes !== undefined)
    changedParams((await call.store.get('params-unknown', 'params')).params, changes);
}

async function openProposal(call: Call, proposalId: string): Promise<Row<'proposal'>> {
  const proposal = await call.store.get('proposal-unknown', 'proposal', proposalId);
  insist(proposal.state === 'open', 'proposal-closed', 'the proposal is enacted already');
  const open = (await epochNumber(call)) < proposal.closesAt;
  insist(open, 'proposal-closed', `the vote closed with epoch ${proposal.closesAt}`);
  return proposal;
}

async function insistPassed(
  call: Call,
  { proposalId, digest }: Row<'proposal'>,
  organizations: readonly string[],
): Promise<void> {
  let yes = 0;
  for (const msp of organizations) {
    const vote = await call.store.find('vote', proposalId, msp);
    if (vote?.vote === 'yes' && vote.digest === digest) yes += 1;
  }
  const needed = majorityOf(organizations.length);
  insist(yes >= needed, 'proposal-not-passed', `${yes} of the ${needed} votes needed`);
}

async function enact(
  call: Call,
  { proposalId, body }: Row<'proposal'>,
  active: readonly string[],
): Promise<void> {
  const { to, amount, changes, organization } = body;
  if (to !== undefined && amount !== undefined) {
    call.store.put('mint', [proposalId], { v: rowFormat, amount, to });
    call.purse.give(to, amount);
  }
  if (changes !== undefined) {
    const row = await call.store.get('params-unknown', 'params');
    const params = changedParams(row.params, changes);
    call.store.put('params', [], { ...row, version: row.version + 1, params });
  }
  if (organization !== undefined) await changeOrganization(call, body.kind, organization, active);
}

async function changeOrganization(
  call: Call,
  kind: ProposalBody['kind'],
  organization: string,
  active: readonly string[],
): Promise<void> {
  const state = (await call.store.find('org', organization))?.state;
  const from = { suspend: 'active', reinstate: 'suspended', admit: undefined }[kind as 'suspend'];
  insist(state === from, 'organization-unknown', `${organization} is ${state ?? 'no member'}`);
  const last = kind === 'suspend' && active.length === 1;
  insist(!last, 'proposal-not-passed', 'the last active organization stays');
  putOrganization(call, organization, kind === 'suspend' ? 'suspended' : 'active', await epochNumber(call));
}

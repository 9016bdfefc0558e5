import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import {
  changedParams,
  checkBody,
  checkParams,
  insist,
  majorityOf,
  type ProposalBody,
  proposalDigest,
  proposalIdOf,
  rowFormat,
} from '../domain/index.js';
import type { Session } from '../ledger/session.js';
import { transact } from '../ledger/transact.js';

/** Founding, and what organizations decide by majority: mints, parameters, who takes part. */
@Info({ title: 'GovernanceContract', description: 'Founding, proposals, votes' })
export class GovernanceContract extends Contract {
  constructor() {
    super('GovernanceContract');
  }

  /** Once, by an admin of one of the organizations: who takes part, and the first parameters. */
  @Transaction()
  @Returns('string')
  async Found(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'GovernanceContract:Found', argument, async (session, { organizations, params }) => {
      session.role('admin');
      insist(
        (await session.rows.read('params')) === undefined,
        'consortium-exists',
        'the consortium has been founded',
      );
      insist(
        organizations.includes(session.caller.account.msp),
        'member-unknown',
        'the founder is not among the organizations',
      );
      insist(
        new Set(organizations).size === organizations.length,
        'arguments-malformed',
        'an organization is named twice',
      );
      session.rows.write('params', [], { v: rowFormat, version: 1, params: checkParams(params) });
      for (const msp of organizations)
        session.rows.write('org', [msp], { v: rowFormat, msp, state: 'active', since: 0n });
      session.announce('ConsortiumFounded', { organizations });
      return {};
    });
  }

  /** By an admin of an active organization: puts a change to the vote until an epoch has passed. */
  @Transaction()
  @Returns('string')
  async Propose(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'GovernanceContract:Propose', argument, async (session, { body, closesAt }) => {
      const by = await session.member('admin');
      const { number } = await session.epoch();
      insist(closesAt >= number, 'proposal-closed', `epoch ${closesAt} has passed`);
      const proposalId = proposalIdOf(session.channel, session.txId);
      const digest = proposalDigest(session.channel, proposalId, checkBody(body));
      session.rows.write('proposal', [proposalId], {
        v: rowFormat,
        proposalId,
        by,
        body,
        closesAt,
        digest,
        state: 'open',
      });
      session.announce('Proposed', { proposalId, digest, kind: body.kind });
      return { proposalId, digest };
    });
  }

  /** By an admin of an active organization, one vote each, bound to the proposal's digest. */
  @Transaction()
  @Returns('string')
  async Vote(ctx: Context, argument: string): Promise<string> {
    return transact(
      ctx,
      'GovernanceContract:Vote',
      argument,
      async (session, { proposalId, digest, vote }) => {
        const by = await session.member('admin');
        const proposal = await openProposal(session, proposalId);
        insist(digest === proposal.digest, 'proposal-unknown', 'the digest is not that of the proposal');
        insist(
          (await session.rows.read('vote', proposalId, by.msp)) === undefined,
          'vote-repeated',
          `${by.msp} has voted`,
        );
        session.rows.write('vote', [proposalId, by.msp], { v: rowFormat, vote, digest, by });
        session.announce('Voted', { proposalId, msp: by.msp, vote });
        return {};
      },
    );
  }

  /** By any member, once, when a majority of today's active organizations has voted yes. */
  @Transaction()
  @Returns('string')
  async Enact(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'GovernanceContract:Enact', argument, async (session, { proposalId }) => {
      await session.member();
      const proposal = await openProposal(session, proposalId);
      const organizations = await session.organizations();
      const votes = await Promise.all(organizations.map((msp) => session.rows.read('vote', proposalId, msp)));
      const inFavour = votes.filter((vote) => vote?.vote === 'yes' && vote.digest === proposal.digest).length;
      const needed = majorityOf(organizations.length);
      insist(
        inFavour >= needed,
        'proposal-not-passed',
        `${inFavour} of ${organizations.length} organizations voted yes, ${needed} must`,
      );
      await enact(session, proposalId, proposal.body);
      session.rows.write('proposal', [proposalId], { ...proposal, state: 'enacted' });
      session.announce('Enacted', { proposalId, kind: proposal.body.kind });
      return {};
    });
  }
}

async function openProposal(session: Session, proposalId: string) {
  const proposal = await session.rows.read('proposal', proposalId);
  insist(proposal !== undefined, 'proposal-unknown', `there is no proposal ${proposalId}`);
  insist(proposal.state === 'open', 'proposal-closed', 'the proposal is enacted');
  const { number } = await session.epoch();
  insist(number <= proposal.closesAt, 'proposal-closed', `the vote closed with epoch ${proposal.closesAt}`);
  return proposal;
}

async function enact(session: Session, proposalId: string, body: ProposalBody): Promise<void> {
  if (body.kind === 'mint' && body.to !== undefined && body.amount !== undefined) {
    session.issue(body.to, body.amount);
    session.rows.write('mint', [proposalId], { v: rowFormat, amount: body.amount, to: body.to });
  } else if (body.kind === 'params' && body.changes !== undefined) {
    const { version, params } = await session.params();
    session.rows.write('params', [], {
      v: rowFormat,
      version: version + 1,
      params: changedParams(params, body.changes),
    });
  } else if (body.organization !== undefined) {
    await setOrganization(session, body.kind, body.organization);
  }
}

async function setOrganization(session: Session, kind: ProposalBody['kind'], msp: string): Promise<void> {
  const { number } = await session.epoch();
  const org = await session.rows.read('org', msp);
  insist(kind === 'admit' || org !== undefined, 'organization-unknown', `${msp} is not of this consortium`);
  session.rows.write('org', [msp], {
    v: rowFormat,
    msp,
    state: kind === 'suspend' ? 'suspended' : 'active',
    since: number,
  });
}

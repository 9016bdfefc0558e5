import { canonicalJson } from './canonical-json.js';
import { sha256 } from './digest.js';
import { insist } from './refusal.js';
import type { ProposalBody } from './rows.js';
import { tuple } from './tuple.js';

const membersOf: Record<ProposalBody['kind'], readonly (keyof ProposalBody)[]> = {
  mint: ['to', 'amount'],
  params: ['changes'],
  suspend: ['organization'],
  reinstate: ['organization'],
  admit: ['organization'],
};

/** Refuses a body whose members do not fit its kind, and a mint of nothing. */
export function checkBody(body: ProposalBody): ProposalBody {
  const wanted = ['kind', ...membersOf[body.kind]].sort();
  insist(
    Object.keys(body).sort().join() === wanted.join(),
    'arguments-malformed',
    `a proposal to ${body.kind} has ${wanted.join(', ')}`,
  );
  insist(body.amount !== 0n, 'amount-zero', 'there is nothing to mint');
  return body;
}

/** What votes are bound to: H(T("dstore/v1/proposal", channel, proposalId, body)). */
export function proposalDigest(channel: string, proposalId: string, body: ProposalBody): string {
  return sha256(tuple('dstore/v1/proposal', channel, proposalId, canonicalJson(body))).toString('hex');
}

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

/** Longest time a vote may stay open, in epochs. */
const longestVote = 100_000n;

/** Refuses a vote that would be closed at once or never, as `term-out-of-range`. */
export function checkClosing(closesAt: bigint, epoch: bigint): void {
  insist(
    closesAt > epoch && closesAt <= epoch + longestVote,
    'term-out-of-range',
    `a vote closes 1 to ${longestVote} epochs from now`,
  );
}

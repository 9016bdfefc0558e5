import {
  answeredTab,
  type Audited,
  type Content,
  defaultReason,
  emptyRoot,
  insist,
  judge,
  type LeaseProof,
  limits,
  paidTab,
  type Row,
  termsIn,
  type Verdict,
  type VerdictReason,
} from '../domain/index.js';
import type { Call } from '../ledger/index.js';

/** The audit that proofs answer. */
export interface Audit {
  readonly seed: string;
  readonly epoch: bigint;
  readonly diskId: string;
}

const nothingHeld: Content = { revision: 0n, root: emptyRoot, count: 0n, bytes: 0n };

/** What came of a bundle: a verdict a lease, and the content that each was judged against where there was a question. */
export interface Judged {
  readonly verdicts: Verdict[];
  readonly contents: Audited[];
}

/** Judges each lease of a bundle by itself and writes its tab; refuses `proof-repeated` when all of them are paid already. */
export async function judgeLeases(call: Call, audit: Audit, proofs: readonly LeaseProof[]): Promise<Judged> {
  const verdicts: Verdict[] = [];
  const contents: Audited[] = [];
  // What the tabs and the audit's own row need is kept free; contents that stay are removed by a later audit.
  let spare = limits.keysPerTransaction - proofs.length - 1;
  for (const proof of proofs) {
    const { verdict, removed, content } = await judgeLease(call, audit, proof, spare);
    verdicts.push(verdict);
    if (content !== undefined)
      contents.push({ leaseId: proof.leaseId, root: content.root, count: content.count });
    spare -= removed;
  }
  const repeated = verdicts.every(({ reason }) => reason === 'repeated');
  insist(!repeated, 'proof-repeated', `epoch ${audit.epoch} is paid already`);
  return { verdicts, contents };
}

async function judgeLease(call: Call, audit: Audit, proof: LeaseProof, spare: number) {
  const { epoch, seed } = audit;
  const { leaseId } = proof;
  const lease = await call.store.find('lease', leaseId);
  const tab = await call.store.find('tab', leaseId);
  const bar = lease === undefined || tab === undefined ? 'not-payable' : barOf(lease, tab, audit);
  if (lease === undefined || tab === undefined || bar !== undefined)
    return { verdict: refused(leaseId, bar ?? 'not-payable'), removed: 0, content: undefined };
  const { content, removed } = await auditedContent(call, leaseId, epoch, spare);
  const { channel } = call;
  const { challenges } = lease.pinned;
  const question = { channel, seed, epoch, leaseId, challenges, losses: tab.losses };
  const { reason, cured } = judge(question, content, proof);
  if (reason === 'loss-uncured') call.store.put('tab', [leaseId], answeredTab(tab, epoch, cured));
  if (reason !== undefined) return { verdict: refused(leaseId, reason), removed, content };
  const { tab: next, paid } = paidTab(tab, lease, epoch, cured);
  call.store.put('tab', [leaseId], next);
  return { verdict: { leaseId, verdict: 'proven', paid } as const, removed, content };
}

/** Why a lease can't be paid for this epoch, whatever its proof says. */
function barOf(lease: Row<'lease'>, tab: Row<'tab'>, { epoch, diskId }: Audit): VerdictReason | undefined {
  if (lease.diskId !== diskId || lease.state === 'closed') return 'not-payable';
  if (lease.state === 'defaulted') return 'in-default';
  if (epoch < lease.firstEpoch || epoch > termsIn(lease, epoch).lastEpoch) return 'not-payable';
  if (tab.provenThrough >= epoch) return 'repeated';
  return defaultReason(tab, lease, epoch) === undefined ? undefined : 'in-default';
}

function refused(leaseId: string, reason: VerdictReason): Verdict {
  return { leaseId, verdict: 'refused', reason, paid: 0n };
}

/** The content that an epoch audits, the last below it; older ones are removed as far as the transaction has room. */
async function auditedContent(
  call: Call,
  leaseId: string,
  epoch: bigint,
  spare: number,
): Promise<{ content: Content; removed: number }> {
  const found = await call.store.list('content', [leaseId], epoch);
  const old = found.slice(0, -1).slice(0, spare);
  for (const { parts } of old) call.store.remove('content', parts);
  return { content: found.at(-1)?.row ?? nothingHeld, removed: old.length };
}

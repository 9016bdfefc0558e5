import { least, type Row, termsIn, type Verdict } from '@dstore/chaincode/domain';

/** A verdict as people see it: beside the ledger's two words, `missed` and `lost`. */
export interface ShownAudit {
  readonly epoch: bigint;
  readonly diskId: string;
  readonly leaseId: string;
  readonly verdict: 'proven' | 'refused' | 'missed' | 'lost';
  readonly reason?: string;
  readonly paid: bigint;
  /** Absent where there was no verdict. */
  readonly batchId?: string;
}

/** How a verdict of the ledger is shown: one refused for a loss that was reported and not cured is `lost`. */
export function shownVerdict({
  leaseId,
  verdict,
  reason,
  paid,
}: Verdict): Pick<ShownAudit, 'leaseId' | 'verdict' | 'reason' | 'paid'> {
  const shown = reason === 'loss-uncured' ? 'lost' : verdict;
  return { leaseId, verdict: shown, paid, ...(reason === undefined ? {} : { reason }) };
}

/**
 * Finished epochs of a lease's term that had to be proven, within `first` to `last`. Of a lease that defaulted those up
 * to the misses that ended it, of a closed one those up to its last answer: the ledger keeps no more of its end.
 */
export function missedEpochs(
  lease: Row<'lease'>,
  tab: Row<'tab'>,
  now: bigint,
  { first, last }: { readonly first: bigint; readonly last: bigint },
): bigint[] {
  const ended =
    lease.state === 'active'
      ? now - 1n
      : tab.answeredThrough + (lease.state === 'defaulted' ? BigInt(lease.pinned.missLimit) : 0n);
  const to = least(least(ended, now - 1n), least(last, termsIn(lease, now).lastEpoch));
  const from = first > lease.firstEpoch ? first : lease.firstEpoch;
  return to < from ? [] : Array.from({ length: Number(to - from) + 1 }, (_, at) => from + BigInt(at));
}

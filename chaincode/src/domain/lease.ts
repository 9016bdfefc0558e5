import { add, least, perGibibyte, subtract } from './amount.js';
import { insist } from './refusal.js';
import type { LeaseTerms, Row } from './rows.js';

type Lease = Row<'lease'>;

const longestTerm = 1_000_000n;

/** The terms of a lease that count in an epoch. */
export function termsIn(lease: Lease, epoch: bigint): LeaseTerms {
  return lease.next !== undefined && epoch >= lease.next.from ? lease.next.terms : lease.terms;
}

/** The terms that will count once every change is in force. */
export function finalTerms(lease: Lease): LeaseTerms {
  return lease.next?.terms ?? lease.terms;
}

/** Bytes that content may have: what holds now and after a change that is under way. */
export function roomOf(lease: Lease, epoch: bigint): bigint {
  return least(termsIn(lease, epoch).capacityBytes, finalTerms(lease).capacityBytes);
}

/** Refuses a lease that is not active as `lease-not-active`. */
export function insistActive(lease: Lease): void {
  insist(lease.state === 'active', 'lease-not-active', `lease ${lease.leaseId} is ${lease.state}`);
}

/** Refuses a term of no epochs or of more than a million. */
export function checkTerm(epochs: bigint): void {
  insist(epochs >= 1n && epochs <= longestTerm, 'term-out-of-range', `a term has 1 to ${longestTerm} epochs`);
}

/** Money a change of terms moves: owed to escrow or given back, owed to collateral or given back. */
export interface TermsMoney {
  readonly toEscrow: bigint;
  readonly fromEscrow: bigint;
  readonly toCollateral: bigint;
  readonly fromCollateral: bigint;
}

function changeable(lease: Lease, epoch: bigint): void {
  insistActive(lease);
  insist(
    lease.next === undefined || epoch >= lease.next.from,
    'lease-changed',
    `the lease has changed in epoch ${epoch} already`,
  );
  insist(termsIn(lease, epoch).lastEpoch > epoch, 'lease-not-active', 'the lease ends with this epoch');
}

/** The lease extended by so many epochs from the next one on, and what must be added: rent, and collateral back to its full height. */
export function extended(
  lease: Lease,
  epoch: bigint,
  termEpochs: bigint,
  collateral: bigint,
): { lease: Lease; money: TermsMoney } {
  changeable(lease, epoch);
  checkTerm(termEpochs);
  const now = termsIn(lease, epoch);
  const full = perGibibyte(lease.collateralRate, now.capacityBytes);
  const next = { from: epoch + 1n, terms: { ...now, lastEpoch: now.lastEpoch + termEpochs } };
  return {
    lease: { ...lease, terms: now, next },
    money: {
      toEscrow: perGibibyte(lease.price, now.capacityBytes) * termEpochs,
      fromEscrow: 0n,
      toCollateral: full > collateral ? full - collateral : 0n,
      fromCollateral: 0n,
    },
  };
}

/** The lease with another capacity from the next epoch on, and the money that moves; content must fit. */
export function resized(
  lease: Lease,
  epoch: bigint,
  capacityBytes: bigint,
  contentBytes: bigint,
  held: { readonly escrow: bigint; readonly collateral: bigint },
): { lease: Lease; money: TermsMoney } {
  changeable(lease, epoch);
  const now = termsIn(lease, epoch);
  insist(
    capacityBytes > 0n && capacityBytes !== now.capacityBytes,
    'capacity-out-of-range',
    'the capacity must be another one, above zero',
  );
  insist(contentBytes <= capacityBytes, 'lease-full', `the content has ${contentBytes} bytes`);
  const epochsLeft = subtract(now.lastEpoch, epoch);
  const change = (rate: bigint) => perGibibyte(rate, capacityBytes) - perGibibyte(rate, now.capacityBytes);
  const escrow = change(lease.price) * epochsLeft;
  const collateral = change(lease.collateralRate);
  const next = { from: epoch + 1n, terms: { ...now, capacityBytes } };
  return {
    lease: { ...lease, terms: now, next },
    money: {
      toEscrow: escrow > 0n ? escrow : 0n,
      fromEscrow: escrow < 0n ? least(-escrow, held.escrow) : 0n,
      toCollateral: collateral > 0n ? collateral : 0n,
      fromCollateral: collateral < 0n ? least(-collateral, held.collateral) : 0n,
    },
  };
}

/** How a tab is emptied when its lease ends well: notice is paid where the owner ends it early. */
export function closingSplit(
  tab: Pick<Row<'tab'>, 'escrow' | 'earned' | 'collateral'>,
  notice: bigint,
): { readonly toOwner: bigint; readonly toProvider: bigint; readonly toPool: bigint } {
  const paid = least(notice, tab.escrow);
  return { toOwner: subtract(tab.escrow, paid), toProvider: add(tab.earned, paid), toPool: tab.collateral };
}

import { add, least, perGibibyte, subtract } from './amount.js';
import { insist } from './refusal.js';
import { type Entry, type Loss, type Row, rowFormat } from './rows.js';
import { termsIn } from './lease.js';

type Tab = Row<'tab'>;
type Lease = Row<'lease'>;

const windowBits = 24n;
const windowMask = (1n << windowBits) - 1n;
const mostLosses = 64;

/** Rent of one epoch. */
export function dueOf(lease: Lease, epoch: bigint): bigint {
  return perGibibyte(lease.price, termsIn(lease, epoch).capacityBytes);
}

/** A fresh tab: nothing earned, nothing missed, first payable in the epoch after `epoch`. */
export function openedTab(escrow: bigint, collateral: bigint, epoch: bigint): Tab {
  return {
    v: rowFormat,
    escrow,
    earned: 0n,
    collateral,
    provenThrough: epoch,
    answeredThrough: epoch,
    misses: 0,
    losses: [],
  };
}

/** What stands on the tab of a lease that has ended. */
export function emptiedTab(tab: Tab): Tab {
  return { ...tab, escrow: 0n, earned: 0n, collateral: 0n, losses: [] };
}

/** Money held by a tab. */
export function heldBy(tab: Tab): bigint {
  return add(tab.escrow, tab.earned, tab.collateral);
}

/** The miss window as of `epoch`, when all epochs after the last answered one were missed. */
function windowAt(tab: Tab, epoch: bigint): bigint {
  const gap = epoch - tab.answeredThrough;
  if (gap <= 0n) return BigInt(tab.misses);
  const shift = least(gap, windowBits);
  return ((BigInt(tab.misses) << shift) | ((1n << shift) - 1n)) & windowMask;
}

function answered(tab: Tab, epoch: bigint): Tab {
  if (epoch <= tab.answeredThrough) return tab;
  return { ...tab, answeredThrough: epoch, misses: Number((windowAt(tab, epoch - 1n) << 1n) & windowMask) };
}

/** The tab after a proof that holds: cured losses are gone, the epoch is paid from escrow to earned. */
export function paidTab(
  tab: Tab,
  lease: Lease,
  epoch: bigint,
  cured: readonly string[],
): { readonly tab: Tab; readonly paid: bigint } {
  const paid = least(dueOf(lease, epoch), tab.escrow);
  const base = answered(tab, epoch);
  return {
    paid,
    tab: {
      ...base,
      escrow: subtract(tab.escrow, paid),
      earned: add(tab.earned, paid),
      provenThrough: epoch,
      losses: withoutLosses(tab.losses, cured),
    },
  };
}

/** The tab after answers that hold while a reported loss is not cured: no pay, no miss. */
export function answeredTab(tab: Tab, epoch: bigint, cured: readonly string[]): Tab {
  return { ...answered(tab, epoch), losses: withoutLosses(tab.losses, cured) };
}

function withoutLosses(losses: readonly Loss[], digests: readonly string[]): Loss[] {
  return losses.filter((loss) => !digests.includes(loss.digest));
}

/** Why a lease is in default now, or undefined. Only finished epochs within the term count as missed. */
export function defaultReason(tab: Tab, lease: Lease, epoch: bigint): 'misses' | 'loss' | undefined {
  if (tab.losses.some((loss) => epoch - loss.reportedIn > lease.pinned.cureEpochs)) return 'loss';
  const finished = least(epoch - 1n, termsIn(lease, epoch).lastEpoch);
  if (finished - tab.answeredThrough >= BigInt(lease.pinned.missLimit)) return 'misses';
  const window = windowAt(tab, finished) & ((1n << BigInt(lease.pinned.missWindow)) - 1n);
  return onesIn(window) >= lease.pinned.missesInWindow ? 'misses' : undefined;
}

/** Missed epochs in a row up to the last finished one. */
export function missesInRow(tab: Tab, lease: Lease, epoch: bigint): bigint {
  const gap = least(epoch - 1n, termsIn(lease, epoch).lastEpoch) - tab.answeredThrough;
  return gap > 0n ? gap : 0n;
}

function onesIn(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length;
}

/** The tab after a report: each loss costs an epoch's rent, moved from collateral to the owner's escrow, as far as it goes. */
export function reportedTab(
  tab: Tab,
  lease: Lease,
  epoch: bigint,
  losses: readonly { readonly index: bigint; readonly entry: Entry }[],
): { readonly tab: Tab; readonly cost: bigint } {
  const known = new Set(tab.losses.map((loss) => loss.digest));
  for (const { entry } of losses) {
    insist(!known.has(entry.digest), 'loss-repeated', `shard ${entry.digest} is reported already`);
    known.add(entry.digest);
  }
  insist(known.size <= mostLosses, 'batch-too-large', `a lease holds at most ${mostLosses} open losses`);
  const cost = least(dueOf(lease, epoch) * BigInt(losses.length), tab.collateral);
  const added = losses.map(({ index, entry }) => ({
    index,
    digest: entry.digest,
    size: entry.size,
    reportedIn: epoch,
  }));
  return {
    cost,
    tab: {
      ...tab,
      collateral: subtract(tab.collateral, cost),
      escrow: add(tab.escrow, cost),
      losses: [...tab.losses, ...added],
    },
  };
}

/** The tab after its owner waived losses, because the shards stand elsewhere; `loss-unknown` for one that was not reported. */
export function waivedTab(tab: Tab, digests: readonly string[]): Tab {
  for (const digest of digests)
    insist(
      tab.losses.some((loss) => loss.digest === digest),
      'loss-unknown',
      `no loss of ${digest} is reported`,
    );
  return { ...tab, losses: withoutLosses(tab.losses, digests) };
}

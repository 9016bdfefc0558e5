import {
  add,
  type Args,
  closingSplit,
  defaultReason,
  dueOf,
  emptiedTab,
  finalTerms,
  insist,
  insistActive,
  type Row,
  sameAccount,
} from '../domain/index.js';
import type { Call } from '../ledger/index.js';
import { contentBytes, release } from './lease-terms.js';

interface Standing {
  readonly lease: Row<'lease'>;
  readonly tab: Row<'tab'>;
  readonly epoch: bigint;
}

/** LeaseContract:CloseLease. */
export async function closeLease(
  call: Call,
  { leaseId }: Args<'LeaseContract:CloseLease'>,
): Promise<Record<never, never>> {
  const standing = await standingLease(call, leaseId);
  const { lease, tab } = standing;
  const { toOwner, toProvider, toPool } = closingSplit(tab, await noticeOf(call, standing));
  await end(call, standing, 'closed', { toOwner, toProvider, toPool });
  const { diskId, vaultId } = lease;
  call.announce('LeaseClosed', { leaseId, diskId, vaultId, toOwner, toProvider });
  return {};
}

/** LeaseContract:CallDefault. */
export async function callDefault(
  call: Call,
  { leaseId }: Args<'LeaseContract:CallDefault'>,
): Promise<Record<never, never>> {
  const standing = await standingLease(call, leaseId);
  const { lease, tab, epoch } = standing;
  const reason = defaultReason(tab, lease, epoch);
  insist(reason !== undefined, 'lease-not-in-default', `lease ${leaseId} is in no default in epoch ${epoch}`);
  const toOwner = add(tab.collateral, tab.escrow);
  const toProvider = tab.earned;
  await end(call, standing, 'defaulted', { toOwner, toProvider, toPool: 0n });
  const { diskId, vaultId } = lease;
  call.announce('LeaseDefaulted', { leaseId, diskId, vaultId, toOwner, toProvider, reason });
  return {};
}

async function standingLease(call: Call, leaseId: string): Promise<Standing> {
  await call.insistMember();
  const lease = await call.store.get('lease-unknown', 'lease', leaseId);
  insistActive(lease);
  const tab = await call.store.get('lease-unknown', 'tab', leaseId);
  return { lease, tab, epoch: (await call.epoch()).number };
}

/**
 * Rent still owed when the lease closes now; a refusal while it may not close. A lease in default is not closed over its
 * owner's head: it ends by CallDefault, or its provider would keep the collateral.
 */
async function noticeOf(call: Call, { lease, tab, epoch }: Standing): Promise<bigint> {
  const { lastEpoch } = finalTerms(lease);
  const owners = sameAccount(call.account, lease.owner);
  const over = epoch > lastEpoch + lease.pinned.graceEpochs;
  if (over && (owners || defaultReason(tab, lease, epoch) === undefined)) return 0n;
  insist(!over, 'lease-not-ended', 'the lease is in default: CallDefault ends it');
  insist(
    owners,
    'lease-not-ended',
    `the term and its grace end after epoch ${lastEpoch + lease.pinned.graceEpochs}`,
  );
  const empty = (await contentBytes(call, lease.leaseId)) === 0n;
  insist(empty, 'lease-not-empty', 'the lease holds shards');
  return epoch > lastEpoch ? 0n : dueOf(lease, epoch) * lease.pinned.noticeEpochs;
}

async function end(
  call: Call,
  { lease, tab }: Standing,
  state: 'closed' | 'defaulted',
  split: { readonly toOwner: bigint; readonly toProvider: bigint; readonly toPool: bigint },
): Promise<void> {
  await release(call, lease.diskId, finalTerms(lease).capacityBytes, split.toPool);
  call.purse.give(lease.owner, split.toOwner);
  call.purse.give(lease.provider, split.toProvider);
  call.store.put('lease', [lease.leaseId], { ...lease, state });
  call.store.put('tab', [lease.leaseId], emptiedTab(tab));
}

import {
  add,
  type Args,
  changeOf,
  extended,
  finalTerms,
  insist,
  resized,
  type Row,
  subtract,
  type TermsMoney,
} from '../domain/index.js';
import type { Call } from '../ledger/index.js';
import { reserve } from './lease-opening.js';

interface Own {
  readonly lease: Row<'lease'>;
  readonly tab: Row<'tab'>;
  readonly disk: Row<'disk'>;
  readonly epoch: bigint;
}

/** LeaseContract:ExtendLease. */
export async function extendLease(
  call: Call,
  { leaseId, termEpochs, notes }: Args<'LeaseContract:ExtendLease'>,
): Promise<Record<never, never>> {
  const own = await ownLease(call, leaseId);
  const { lease, money } = extended(own.lease, own.epoch, termEpochs, own.tab.collateral);
  await reserve(call, own.disk, own.epoch, 0n, money.toCollateral);
  await settle(call, own, lease, money, notes);
  return {};
}

/** LeaseContract:ResizeLease. */
export async function resizeLease(
  call: Call,
  { leaseId, capacityBytes, notes }: Args<'LeaseContract:ResizeLease'>,
): Promise<Record<never, never>> {
  const own = await ownLease(call, leaseId);
  const before = finalTerms(own.lease).capacityBytes;
  const bytes = await contentBytes(call, leaseId);
  const { lease, money } = resized(own.lease, own.epoch, capacityBytes, bytes, own.tab);
  if (capacityBytes > before)
    await reserve(call, own.disk, own.epoch, capacityBytes - before, money.toCollateral);
  else await release(call, lease.diskId, before - capacityBytes, money.fromCollateral);
  await settle(call, own, lease, money, notes);
  return {};
}

async function ownLease(call: Call, leaseId: string): Promise<Own> {
  await call.insistMember();
  const lease = await call.store.get('lease-unknown', 'lease', leaseId);
  call.insistOwner(lease.owner);
  const epoch = (await call.epoch()).number;
  const disk = await call.store.get('disk-unknown', 'disk', lease.diskId);
  const retiring = (disk.next?.offer ?? disk.offer).state === 'retiring';
  insist(!retiring, 'disk-retiring', `${lease.diskId} retires: its leases end, and move elsewhere`);
  return { lease, disk, epoch, tab: await call.store.get('lease-unknown', 'tab', leaseId) };
}

async function settle(
  call: Call,
  { tab, epoch }: Own,
  lease: Row<'lease'>,
  money: TermsMoney,
  notes: readonly string[],
): Promise<void> {
  const { leaseId, diskId, vaultId, owner } = lease;
  const change = changeOf(await call.purse.spend(owner, notes), money.toEscrow, 'escrow-short');
  call.purse.give(owner, add(change, money.fromEscrow));
  call.store.put('lease', [leaseId], lease);
  call.store.put('tab', [leaseId], {
    ...tab,
    escrow: subtract(add(tab.escrow, money.toEscrow), money.fromEscrow),
    collateral: subtract(add(tab.collateral, money.toCollateral), money.fromCollateral),
  });
  call.announce('LeaseChanged', { leaseId, diskId, vaultId, from: epoch + 1n, ...finalTerms(lease) });
}

/** Accounted bytes of a lease's newest content; none before its first commit. */
export async function contentBytes(call: Call, leaseId: string): Promise<bigint> {
  const tip = await call.store.find('tip', leaseId);
  if (tip === undefined) return 0n;
  return (await call.store.get('lease-unknown', 'content', leaseId, tip.epoch.toString())).bytes;
}

/** Gives room and collateral back to a disk's pool. */
export async function release(call: Call, diskId: string, bytes: bigint, collateral: bigint): Promise<void> {
  const pool = await call.store.get('disk-unknown', 'pool', diskId);
  call.store.put('pool', [diskId], {
    ...pool,
    reservedBytes: subtract(pool.reservedBytes, bytes),
    collateral: add(pool.collateral, collateral),
  });
}

import type { Row } from '@dstore/chaincode/domain';
import type { ShownAudit } from '../core/audit-view.js';
import type { LeasePolicy } from '../core/lease-policy.js';
import type { LeaseQuote } from '../core/lease-quote.js';
import type { RepairState } from '../ports/repair-board.js';
import type { ShownToken } from '../use-cases/keep-tokens.js';
import type { DiskView } from '../use-cases/list-disks.js';
import type { EpochView } from '../use-cases/list-epochs.js';
import type { HeldBucket } from '../use-cases/list-buckets.js';
import type { LeaseView } from '../use-cases/list-leases.js';
import type { VaultHealth } from '../use-cases/read-health.js';
import type { Supply } from '../use-cases/read-supply.js';
import type { UsageView } from '../use-cases/read-usage.js';

/** RFC 3339 time of milliseconds since 1970. */
export const timeOf = (milliseconds: number) => new Date(milliseconds).toISOString();
const timeOfSeconds = (seconds: bigint) => timeOf(Number(seconds) * 1000);

/** `k+m`. */
export const geometryText = (given: { readonly dataShards: number; readonly parityShards: number }) =>
  `${given.dataShards}+${given.parityShards}`;

/** A bucket as REST shows it. */
export function bucketView(bucket: HeldBucket) {
  const { quotaBytes, digests, objects, bytes } = bucket;
  return {
    bucket: bucket.bucket,
    geometry: geometryText(bucket),
    versions: bucket.versions,
    objects,
    bytes,
    ...(quotaBytes === undefined ? {} : { quotaBytes }),
    ...(digests === undefined ? {} : { digests }),
    created: timeOf(bucket.created),
  };
}

/** A lease as REST shows it. */
export function leaseView({ lease, tab, content, ...more }: LeaseView) {
  return {
    leaseId: lease.leaseId,
    vaultId: lease.vaultId,
    owner: lease.owner,
    diskId: lease.diskId,
    provider: lease.provider,
    state: lease.state,
    price: String(lease.price),
    collateralRate: String(lease.collateralRate),
    firstEpoch: String(lease.firstEpoch),
    lastEpoch: String(more.lastEpoch),
    capacityBytes: String(more.capacityBytes),
    usedBytes: String(content?.bytes ?? 0n),
    shards: String(content?.count ?? 0n),
    revision: String(content?.revision ?? 0n),
    escrow: String(tab.escrow),
    earned: String(tab.earned),
    collateral: String(tab.collateral),
    provenThrough: String(tab.provenThrough),
    missesInRow: String(more.missesInRow),
    losses: tab.losses.length,
  };
}

/** A quote as REST shows it. */
export function quoteView({ diskId, organization, ...amounts }: LeaseQuote) {
  const { price, escrow, collateral } = amounts;
  return {
    disk: diskId,
    organization,
    price: String(price),
    escrow: String(escrow),
    collateral: String(collateral),
  };
}

/** A lease policy as REST shows it. */
export function policyView(policy: LeasePolicy) {
  return {
    auto: policy.auto ?? true,
    maxPrice: String(policy.maxPrice),
    minCollateralRate: String(policy.minCollateralRate),
    termEpochs: String(policy.termEpochs),
    capacityBytes: String(policy.capacityBytes),
    headroomBytes: String(policy.headroomBytes),
    ...(policy.budget === undefined ? {} : { budget: String(policy.budget) }),
    avoid: [...(policy.avoid ?? [])],
  };
}

/** A disk as REST shows it. */
export function diskView({ diskId, provider, offer, reservedBytes, freeBytes, collateral }: DiskView) {
  return {
    diskId,
    provider,
    site: offer.site,
    region: offer.region,
    state: offer.state,
    door: offer.door,
    capacityBytes: String(offer.capacityBytes),
    reservedBytes: String(reservedBytes),
    freeBytes: String(freeBytes),
    price: String(offer.price),
    collateralRate: String(offer.collateralRate),
    collateral: String(collateral),
  };
}

/** An epoch as REST shows it. */
export function epochView({ number, seed, openedAt, revealed, withheld, running }: EpochView) {
  return {
    number: String(number),
    ...(seed === undefined ? {} : { seed }),
    openedAt: timeOfSeconds(openedAt),
    revealed: [...revealed],
    withheld: [...withheld],
    ...(running === undefined ? {} : { phase: running.phase, next: timeOfSeconds(running.next) }),
  };
}

/** A verdict as REST shows it. */
export function auditView({ epoch, paid, ...more }: ShownAudit) {
  return { ...more, epoch: String(epoch), paid: String(paid) };
}

/** An audit's row as REST shows it. */
export function auditRowView(
  { epoch, diskId, verdicts, digest, blocks, witness }: Row<'audit'>,
  batchId: string,
) {
  const shown = verdicts.map(({ paid, ...verdict }) => ({ ...verdict, paid: String(paid) }));
  return { epoch: String(epoch), diskId, batchId, verdicts: shown, digest, blocks: [...blocks], witness };
}

/** All money as REST shows it. */
export function supplyView(supply: Supply) {
  return Object.fromEntries(Object.entries(supply).map(([name, amount]) => [name, String(amount)]));
}

/** What is stored as REST shows it. */
export function usageView(usage: UsageView) {
  return { ...usage, orphanBytes: String(usage.orphanBytes), leasedBytes: String(usage.leasedBytes) };
}

/** Repair as REST shows it; at rest before the first one of the process. */
export function repairView(state: RepairState | undefined) {
  if (state !== undefined) return { ...state, at: timeOf(state.at) };
  const nothing = {
    queued: 0,
    lost: 0,
    unplaced: 0,
    repairedStripes: 0,
    movedShards: 0,
    restoredShards: 0,
    bytes: 0,
  };
  return { running: false, ...nothing };
}

/** Health as REST shows it. */
export function healthView(health: VaultHealth) {
  return {
    epoch: String(health.epoch),
    stripes: health.stripes.stripes,
    full: health.stripes.complete,
    byMargin: health.stripes.byMargin,
    versionsAtRisk: health.versionsAtRisk,
    versionsLost: health.versionsLost,
    losses: health.leases.reduce((sum, lease) => sum + lease.losses, 0),
    leases: health.leases.map((lease) => ({ ...lease, epochsLeft: String(lease.epochsLeft) })),
    queue: health.queue,
    ...(health.repair === undefined ? {} : { repair: repairView(health.repair) }),
  };
}

/** A token as REST shows it. */
export function tokenView<T extends ShownToken>({ endsAt, previousEndsAt, ...token }: T) {
  return {
    ...token,
    ...(endsAt === undefined ? {} : { endsAt: timeOf(endsAt) }),
    ...(previousEndsAt === undefined ? {} : { previousEndsAt: timeOf(previousEndsAt) }),
  };
}

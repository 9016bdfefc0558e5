import { accountedBytes } from '@dstore/chaincode/domain';

import type { PlacedShard, StripeHealth } from './health.js';

/** A disk of the consortium, as a possible place for rebuilt shards of a vault. */
export interface TargetDisk {
  readonly diskId: string;
  readonly msp: string;
  readonly site: string;
  /** Accounted bytes that still fit into the vault's lease there, or one that could be opened; 0 if nothing may go there. */
  readonly freeBytes: number;
  /** Whether it failed the vault before: chosen where no other disk is left, for a doubtful shard beats none. */
  readonly lastResort: boolean;
}

/** A shard put back where it was: its lease still names it, so that no commit is needed and the loss is cured. */
export interface Restore {
  readonly kind: 'restore';
  readonly shard: PlacedShard;
}

/** A shard that gets a new place; `former` is where it was, if it ever was somewhere. */
export interface Move {
  readonly kind: 'move';
  readonly index: number;
  readonly former: PlacedShard | undefined;
  readonly diskId: string;
}

/** What one stripe needs: shards to read (any `dataShards` of them do), shards to write. */
export interface StripeRepair {
  readonly stripeId: string;
  readonly sources: readonly PlacedShard[];
  readonly rebuilds: readonly (Restore | Move)[];
  /** Bytes over the network: k shards read, the rebuilt ones written. */
  readonly bytes: number;
}

/** Repairs in order, and the stripes that nothing can be done for now. */
export interface RepairPlan {
  readonly repairs: readonly StripeRepair[];
  /** Fewer than k shards are live. */
  readonly lost: readonly string[];
  /** A rebuilt shard finds no disk. */
  readonly unplaced: readonly string[];
}

/** What a plan is made of. */
export interface PlanView {
  /** Stripes that lack shards, in the order of repair. */
  readonly queue: readonly StripeHealth[];
  /** All disks, so that those that take nothing count for the spread. */
  readonly targets: readonly TargetDisk[];
  /** Whether a lost shard should be offered to its old lease again. */
  readonly restorable: (shard: PlacedShard) => boolean;
  /** Network bytes that the plan may use; the first repair is planned in any case. */
  readonly budgetBytes: number;
}

/**
 * What to rebuild now and where. Never two shards of a stripe on one disk; of the disks that are left, one that
 * never failed, in the organization and then the site that hold the fewest shards of the stripe, then the emptiest.
 * A stripe that finds no place for all its shards is rebuilt as far as there is room.
 */
export function planRepairs(view: PlanView): RepairPlan {
  const free = new Map(view.targets.map((disk) => [disk.diskId, disk.freeBytes]));
  const repairs: StripeRepair[] = [];
  const lost: string[] = [];
  const unplaced: string[] = [];
  let bytes = 0;
  for (const health of view.queue) {
    const { stripe } = health;
    if (health.margin < 0) {
      lost.push(stripe.stripeId);
      continue;
    }
    const least = (stripe.dataShards + health.missing.length) * stripe.shardSizeBytes;
    if (repairs.length > 0 && bytes + least > view.budgetBytes) break;
    const rebuilds = rebuildsOf(health, view, free);
    if (rebuilds.length < health.missing.length) unplaced.push(stripe.stripeId);
    if (rebuilds.length === 0) continue;
    const cost = (stripe.dataShards + rebuilds.length) * stripe.shardSizeBytes;
    repairs.push({ stripeId: stripe.stripeId, sources: health.live, rebuilds, bytes: cost });
    bytes += cost;
  }
  return { repairs, lost, unplaced };
}

/** Places the missing shards of one stripe and takes their room from `free`. */
function rebuildsOf(health: StripeHealth, view: PlanView, free: Map<string, number>): (Restore | Move)[] {
  const size = Number(accountedBytes(health.stripe.shardSizeBytes));
  const taken = new Set(health.live.map((shard) => shard.diskId));
  const rebuilds: (Restore | Move)[] = [];
  for (const { former } of health.missing)
    if (former !== undefined && view.restorable(former) && !taken.has(former.diskId)) {
      taken.add(former.diskId);
      rebuilds.push({ kind: 'restore', shard: former });
    }
  const restored = new Set(rebuilds.flatMap((each) => (each.kind === 'restore' ? [each.shard.index] : [])));
  for (const { index, former } of health.missing) {
    if (restored.has(index)) continue;
    const disk = bestTarget(view.targets, taken, free, size);
    if (disk === undefined) break;
    taken.add(disk.diskId);
    free.set(disk.diskId, (free.get(disk.diskId) ?? 0) - size);
    rebuilds.push({ kind: 'move', index, former, diskId: disk.diskId });
  }
  return rebuilds;
}

function bestTarget(
  targets: readonly TargetDisk[],
  taken: ReadonlySet<string>,
  free: ReadonlyMap<string, number>,
  size: number,
): TargetDisk | undefined {
  const holding = targets.filter((disk) => taken.has(disk.diskId));
  const count = (holds: (disk: TargetDisk) => boolean) => holding.filter(holds).length;
  const room = (disk: TargetDisk) => free.get(disk.diskId) ?? 0;
  return targets
    .filter((disk) => !taken.has(disk.diskId) && room(disk) >= size)
    .map((disk) => ({
      disk,
      sameOrganization: count((other) => other.msp === disk.msp),
      sameSite: count((other) => other.site === disk.site),
    }))
    .sort(
      (a, b) =>
        Number(a.disk.lastResort) - Number(b.disk.lastResort) ||
        a.sameOrganization - b.sameOrganization ||
        a.sameSite - b.sameSite ||
        room(b.disk) - room(a.disk) ||
        (a.disk.diskId < b.disk.diskId ? -1 : 1),
    )[0]?.disk;
}

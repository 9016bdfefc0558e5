import { limits } from '@dstore/chaincode/domain';

import { distrustedLeases, type PlacedShard, repairOrder, type StripeHealth } from '../core/health.js';
import { inLanes } from '../core/lanes.js';
import { planRepairs, type RepairPlan, type StripeRepair, type TargetDisk } from '../core/repair-plan.js';
import type { Clock } from '../ports/clock.js';
import type { Ledger } from '../ports/ledger.js';
import type { Log } from '../ports/log.js';
import type { RepairBoard, RepairState } from '../ports/repair-board.js';
import type { ShardMove } from '../ports/stripe-map.js';
import type { Suspects } from '../ports/suspects.js';
import type { Assessment } from './assess-health.js';
import { Pace } from './pace.js';
import type { Rebuilt } from './rebuild-stripe.js';

/** Network bytes between two commits: what a crash may waste, and what one commit has to describe. */
const batchBytes = 256 << 20;

/** Stripes that are rebuilt at once; the memory they are rebuilt in is bounded by who gives it. */
const lanes = 4;

/** Milliseconds for which a disk that refused a shard is asked for no other. */
const refusalPause = 60_000;

/** What repair did since the process started. */
type Totals = Pick<RepairState, 'repairedStripes' | 'movedShards' | 'restoredShards' | 'bytes'>;

/** What repair is made of. */
export interface RepairMeans {
  readonly assess: { run(): Promise<Assessment> };
  readonly targets: { run(avoid: ReadonlySet<string>): Promise<readonly TargetDisk[]> };
  /** Sees to it that the vault has a lease on each of these disks, where one can be had; answers lease ids by disk. */
  readonly leases: { run(diskIds: readonly string[]): Promise<ReadonlyMap<string, string>> };
  readonly rebuild: {
    run(
      stripe: StripeHealth['stripe'],
      repair: StripeRepair,
      leaseOn: ReadonlyMap<string, string>,
      signal?: AbortSignal,
    ): Promise<Rebuilt>;
  };
  /** Makes shard moves valid on the ledger and in the catalog, all or nothing; drops those of stripes that are gone. */
  readonly commit: { run(moves: readonly ShardMove[]): Promise<unknown> };
  /** Is told of the stripes that can't be rebuilt, in each run. */
  readonly entries?: { run(lostStripes: readonly string[]): Promise<void> };
  readonly ledger: Pick<Ledger, 'submit'>;
  readonly suspects: Pick<Suspects, 'clear'>;
  readonly board: Pick<RepairBoard, 'post'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Network bytes a second that repair may use, all lanes together. */
  readonly bytesPerSecond: number;
}

/** What one run achieved. */
export interface RepairReport {
  readonly repairedStripes: number;
  readonly movedShards: number;
  readonly restoredShards: number;
  readonly lost: readonly string[];
  readonly unplaced: readonly string[];
}

/**
 * Restores the redundancy of a vault's stripes, fewest live shards first, batch by batch: assess, plan, rebuild some at
 * once, commit once per batch. Needs no object key. Knows nothing but catalog, ledger and disks, so that it may be stopped anywhere:
 * shards without a commit die at their doors, and the next run assesses anew. A disk that is back is left alone from the
 * next batch on. A run tries each stripe once.
 */
export class RepairStripes {
  readonly #means: RepairMeans;
  readonly #refusedUntil = new Map<string, number>();
  #running: Promise<RepairReport> | undefined;
  #found = { queued: 0, lost: 0, unplaced: 0 };
  #totals: Totals = { repairedStripes: 0, movedShards: 0, restoredShards: 0, bytes: 0 };

  constructor(means: RepairMeans) {
    this.#means = means;
  }

  /** Who asks while a run is under way gets that one's report; only the first caller's signal ends it. */
  run(signal?: AbortSignal): Promise<RepairReport> {
    this.#running ??= this.#run(signal).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(signal?: AbortSignal): Promise<RepairReport> {
    const before = this.#totals;
    const tried = new Set<string>();
    const unplaced = new Set<string>();
    for (;;) {
      signal?.throwIfAborted();
      const assessment = await this.#means.assess.run();
      const queue = repairOrder(assessment.stripes).filter(({ stripe }) => !tried.has(stripe.stripeId));
      const plan = await this.#plan(assessment, queue);
      const leaseOn = await this.#leasesFor(plan);
      if (leaseOn === undefined) continue;
      for (const { stripeId } of plan.repairs) tried.add(stripeId);
      for (const stripeId of plan.unplaced) unplaced.add(stripeId);
      const found = { lost: plan.lost, unplaced: [...unplaced] };
      this.#found = { queued: queue.length, lost: found.lost.length, unplaced: unplaced.size };
      this.#post(plan.repairs.length > 0);
      if (plan.repairs.length === 0) {
        await this.#means.entries?.run(plan.lost);
        return this.#report(before, found);
      }
      await this.#repair(plan, assessment, leaseOn, signal);
    }
  }

  async #plan(assessment: Assessment, queue: readonly StripeHealth[]): Promise<RepairPlan> {
    if (queue.length === 0) return { repairs: [], lost: [], unplaced: [] };
    const refusing = this.#refusing();
    const standing = (leaseId: string) => assessment.leases.get(leaseId)?.standing ?? 'gone';
    const distrusted = distrustedLeases(assessment.stripes, standing);
    const doubtful = [...assessment.leases.values()].filter(
      ({ lease, standing: stands }) =>
        lease.state === 'active' && (stands !== 'good' || distrusted.has(lease.leaseId)),
    );
    const avoid = new Set([...refusing, ...doubtful.map(({ lease }) => lease.diskId)]);
    const restorable = ({ leaseId, diskId }: PlacedShard) =>
      standing(leaseId) !== 'gone' && !distrusted.has(leaseId) && !refusing.has(diskId);
    const targets = await this.#means.targets.run(avoid);
    return planRepairs({ queue, targets, restorable, budgetBytes: batchBytes });
  }

  /** Leases for a plan, or undefined when a disk of it gives none and another plan is needed. */
  async #leasesFor(plan: RepairPlan): Promise<ReadonlyMap<string, string> | undefined> {
    const diskIds = targetsOf(plan);
    if (diskIds.length === 0) return new Map();
    const leaseOn = await this.#means.leases.run(diskIds);
    const without = diskIds.filter((diskId) => !leaseOn.has(diskId));
    for (const diskId of without) this.#refuse(diskId);
    return without.length === 0 ? leaseOn : undefined;
  }

  async #repair(
    plan: RepairPlan,
    assessment: Assessment,
    leaseOn: ReadonlyMap<string, string>,
    signal?: AbortSignal,
  ): Promise<void> {
    const moves = await this.#rebuildAll(plan, assessment, leaseOn, signal);
    if (moves.length === 0) return;
    await this.#means.commit.run(moves);
    this.#totals = { ...this.#totals, movedShards: this.#totals.movedShards + moves.length };
    await this.#settle(moves, assessment);
  }

  /** Rebuilds in lanes under one rate; answers the moves in the order of the plan. */
  async #rebuildAll(
    { repairs }: RepairPlan,
    { stripes: all }: Assessment,
    leaseOn: ReadonlyMap<string, string>,
    signal?: AbortSignal,
  ): Promise<ShardMove[]> {
    const stripes = new Map(all.map(({ stripe }) => [stripe.stripeId, stripe]));
    const pace = new Pace(this.#means.clock, this.#means.bytesPerSecond);
    const moves = new Map<StripeRepair, readonly ShardMove[]>();
    const one = async (repair: StripeRepair, stop: AbortSignal) => {
      const stripe = stripes.get(repair.stripeId);
      if (stripe === undefined) throw new Error('invariant: a plan names an unknown stripe');
      await pace.pass(repair.bytes, stop);
      const rebuilt = await this.#rebuild(stripe, repair, leaseOn, stop);
      moves.set(repair, rebuilt.moves);
      this.#count(repair, rebuilt);
      this.#post(true);
    };
    await inLanes(repairs, lanes, one, signal);
    await pace.settle(signal);
    return repairs.flatMap((repair) => moves.get(repair) ?? []);
  }

  /** A stripe that can't be rebuilt now is left for the next run: others must not wait for it. */
  async #rebuild(
    stripe: StripeHealth['stripe'],
    repair: StripeRepair,
    leaseOn: ReadonlyMap<string, string>,
    signal?: AbortSignal,
  ): Promise<Rebuilt> {
    try {
      const rebuilt = await this.#means.rebuild.run(stripe, repair, leaseOn, signal);
      for (const diskId of rebuilt.refusing) this.#refuse(diskId);
      return rebuilt;
    } catch (error) {
      signal?.throwIfAborted();
      this.#means.log.warn('stripe not repaired', { stripeId: stripe.stripeId, error });
      return { moves: [], restored: [], refusing: [] };
    }
  }

  #count({ rebuilds, bytes }: StripeRepair, { moves, restored }: Rebuilt): void {
    const whole = moves.length + restored.length === rebuilds.length;
    const { repairedStripes, movedShards, restoredShards } = this.#totals;
    this.#totals = {
      movedShards,
      repairedStripes: repairedStripes + Number(whole),
      restoredShards: restoredShards + restored.length,
      bytes: this.#totals.bytes + bytes,
    };
  }

  /** Forgives providers what now lies elsewhere, so that they are paid for the rest again. */
  async #settle(moves: readonly ShardMove[], assessment: Assessment): Promise<void> {
    for (const { lease, tab } of assessment.leases.values()) {
      const moved = new Set(moves.filter(({ from }) => from === lease.leaseId).map(({ digest }) => digest));
      for (const digest of moved) this.#means.suspects.clear({ diskId: lease.diskId, digest });
      const reported = lease.state === 'active' ? tab.losses.map(({ digest }) => digest) : [];
      const waived = reported.filter((digest) => moved.has(digest));
      for (let at = 0; at < waived.length; at += limits.lossesPerReport)
        await this.#waive(lease.leaseId, waived.slice(at, at + limits.lossesPerReport));
    }
  }

  /** A loss that was cured, or a lease that ended, meanwhile needs no waiver. */
  async #waive(leaseId: string, digests: readonly string[]): Promise<void> {
    try {
      await this.#means.ledger.submit('AuditContract:WaiveLoss', { leaseId, digests });
    } catch (error) {
      this.#means.log.warn('loss not waived', { leaseId, error });
    }
  }

  #refuse(diskId: string): void {
    this.#refusedUntil.set(diskId, this.#means.clock.now() + refusalPause);
  }

  #refusing(): Set<string> {
    const now = this.#means.clock.now();
    for (const [diskId, until] of this.#refusedUntil) if (until <= now) this.#refusedUntil.delete(diskId);
    return new Set(this.#refusedUntil.keys());
  }

  #post(running: boolean): void {
    this.#means.board.post({ running, ...this.#found, ...this.#totals, at: this.#means.clock.now() });
  }

  #report(before: Totals, { lost, unplaced }: Pick<RepairPlan, 'lost' | 'unplaced'>): RepairReport {
    return {
      repairedStripes: this.#totals.repairedStripes - before.repairedStripes,
      movedShards: this.#totals.movedShards - before.movedShards,
      restoredShards: this.#totals.restoredShards - before.restoredShards,
      lost,
      unplaced,
    };
  }
}

function targetsOf(plan: RepairPlan): string[] {
  const disks = plan.repairs.flatMap(({ rebuilds }) =>
    rebuilds.flatMap((each) => (each.kind === 'move' ? [each.diskId] : [])),
  );
  return [...new Set(disks)].sort();
}

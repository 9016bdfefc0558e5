import type { PlacedShard, PlacedStripe } from '../core/health.js';
import type { StripeRepair } from '../core/repair-plan.js';
import type { Clock } from '../ports/clock.js';
import type { Codec, Seat } from '../ports/codec.js';
import { Denial, Fault } from '../ports/fault.js';
import type { ShardMove } from '../ports/stripe-map.js';
import type { Suspects } from '../ports/suspects.js';
import type { DiskDoors } from './disk-doors.js';
import { within } from './read-stripe.js';

/** Milliseconds for which a disk that did not answer is asked after the others: waiting for it costs half a minute. */
const avoidance = 60_000;

/** What a rebuild achieved; what is in none of the lists is still to be done. */
export interface Rebuilt {
  /** Shards that lie durably on a new disk and await a commit. */
  readonly moves: readonly ShardMove[];
  /** Shards that are where they belong again. */
  readonly restored: readonly PlacedShard[];
  /** Disks that would not take a shard. */
  readonly refusing: readonly string[];
}

/** What a stripe is rebuilt in. */
export type RebuildSeat = Pick<Seat, 'shard' | 'rebuild' | 'release'>;

interface Means {
  readonly doors: Pick<DiskDoors, 'run'>;
  readonly suspects: Suspects;
  readonly clock: Pick<Clock, 'now'>;
  readonly codec: { seat(...args: Parameters<Codec['seat']>): Promise<RebuildSeat> };
}

/**
 * Rebuilds the missing shards of one stripe without any key: fetches k shards, believes none before its digest
 * fits, reconstructs only what is missing, and puts it to the doors of the plan. Commits nothing.
 * Rejects with Fault `shards-unreachable` when fewer than k good shards can be had, with an aborted signal's reason once
 * nothing of it is under way any more, and as a seat does.
 */
export class RebuildStripe {
  readonly #means: Means;
  readonly #avoidUntil = new Map<string, number>();

  constructor(means: Means) {
    this.#means = means;
  }

  async run(
    stripe: PlacedStripe,
    repair: StripeRepair,
    leaseOn: ReadonlyMap<string, string>,
    signal?: AbortSignal,
  ): Promise<Rebuilt> {
    const tasks = repair.rebuilds.map((each) => taskOf(each, leaseOn)).filter((task) => task !== undefined);
    const seat = await this.#means.codec.seat(stripe, stripe.shardSizeBytes, signal);
    try {
      return await this.#rebuild({ stripe, seat, signal }, tasks, repair.sources);
    } finally {
      seat.release();
    }
  }

  async #rebuild(work: Work, tasks: readonly Task[], sources: readonly PlacedShard[]): Promise<Rebuilt> {
    const back = await this.#back(work, tasks);
    const wanted = tasks.filter((task) => !back.has(task));
    const made = wanted.length === 0 ? [] : await this.#reconstruct(work, sources, wanted);
    const taken = await Promise.all(wanted.map((task, at) => this.#put(work, task, made[at] as string)));
    work.signal?.throwIfAborted();
    const digests = new Map(wanted.map((task, at) => [task, made[at] as string]));
    const done = [...back, ...wanted.filter((_, at) => taken[at])];
    const refusing = wanted.filter((_, at) => taken[at] === false).map(({ diskId }) => diskId);
    return { ...this.#sorted(work.stripe, done, digests), refusing };
  }

  /** Those shards to be restored that are there and good after all. */
  async #back(work: Work, tasks: readonly Task[]): Promise<ReadonlySet<Task>> {
    const there = tasks.filter(({ former, isMove }) => former !== undefined && !isMove);
    if (there.length === 0) return new Set();
    const digests = await this.#fetchAll(
      work,
      there.map(({ former }) => former as PlacedShard),
    );
    const { wrong } = await work.seat.rebuild({ digests, wanted: [] }, work.signal);
    this.#blame(work.stripe, wrong);
    return new Set(there.filter(({ index }) => digests[index] !== undefined && !wrong.includes(index)));
  }

  /** Makes the wanted shards from any k good ones, fetching as many at a time as are still lacking; answers digests. */
  async #reconstruct(
    work: Work,
    sources: readonly PlacedShard[],
    wanted: readonly Task[],
  ): Promise<readonly string[]> {
    const { stripe, seat, signal } = work;
    const digests: (string | undefined)[] = [];
    const lacking = () => stripe.dataShards - digests.filter((digest) => digest !== undefined).length;
    const ordered = this.#answeringFirst(sources);
    for (let at = 0; lacking() > 0 && at < ordered.length;) {
      const batch = ordered.slice(at, at + lacking());
      at += batch.length;
      Object.assign(digests, await this.#fetchAll(work, batch));
      const found = await seat.rebuild({ digests, wanted: wanted.map(({ index }) => index) }, signal);
      if (found.complete) return sameAsFormer(stripe, wanted, found.digests);
      this.#blame(stripe, found.wrong);
      for (const index of found.wrong) digests[index] = undefined;
    }
    const message = `stripe ${stripe.stripeId} has too few good shards within reach`;
    throw new Fault('shards-unreachable', message, { retryable: true });
  }

  #answeringFirst(sources: readonly PlacedShard[]): PlacedShard[] {
    const now = this.#means.clock.now();
    const isAvoided = ({ diskId }: PlacedShard) => Number((this.#avoidUntil.get(diskId) ?? 0) > now);
    return [...sources].sort((one, other) => isAvoided(one) - isAvoided(other));
  }

  /** Fetches shards into the seat; answers by index the digests that those which came must have. */
  async #fetchAll(work: Work, shards: readonly PlacedShard[]): Promise<(string | undefined)[]> {
    const came = await Promise.all(shards.map((shard) => this.#fetch(work, shard)));
    work.signal?.throwIfAborted();
    const digests: (string | undefined)[] = [];
    for (const [at, { index, digest }] of shards.entries()) if (came[at] === true) digests[index] = digest;
    return digests;
  }

  /** Whether the shard came; where the disk is to blame that it didn't, it is suspected. Never rejects. */
  async #fetch({ stripe, seat, signal }: Work, shard: PlacedShard): Promise<boolean> {
    try {
      const door = await this.#means.doors.run(shard.diskId);
      const room = seat.shard(shard.index);
      const bytes = await door.getShard(shard.digest, stripe.shardSizeBytes, signal, room);
      if (bytes.length === room.length) return within(room, bytes).length === room.length;
      this.#means.suspects.note(shard);
    } catch (error) {
      if (error instanceof Denial && error.code === 'shard-unknown') this.#means.suspects.note(shard);
      else if (signal?.aborted !== true)
        this.#avoidUntil.set(shard.diskId, this.#means.clock.now() + avoidance);
    }
    return false;
  }

  #blame(stripe: PlacedStripe, wrong: readonly number[]): void {
    for (const shard of stripe.shards) if (wrong.includes(shard.index)) this.#means.suspects.note(shard);
  }

  /** Whether the disk took it. Never rejects. */
  async #put({ seat, signal }: Work, { index, diskId, leaseId }: Task, digest: string): Promise<boolean> {
    try {
      const door = await this.#means.doors.run(diskId);
      await door.putShard(leaseId, digest, seat.shard(index), signal);
      return true;
    } catch {
      return false;
    }
  }

  #sorted(
    stripe: PlacedStripe,
    done: readonly Task[],
    digests: ReadonlyMap<Task, string>,
  ): Pick<Rebuilt, 'moves' | 'restored'> {
    const moves = done
      .filter((task) => task.isMove)
      .map((task) => ({
        stripeId: stripe.stripeId,
        index: task.index,
        digest: digests.get(task) as string,
        sizeBytes: stripe.shardSizeBytes,
        from: task.former?.leaseId,
        to: { leaseId: task.leaseId, diskId: task.diskId },
      }));
    const restored = done.flatMap(({ isMove, former }) => (isMove || former === undefined ? [] : [former]));
    for (const shard of restored) this.#means.suspects.clear(shard);
    return { moves, restored };
  }
}

/** A stripe on its way. */
interface Work {
  readonly stripe: PlacedStripe;
  readonly seat: RebuildSeat;
  readonly signal: AbortSignal | undefined;
}

/** The digests of what was made, which must be those that it had. */
function sameAsFormer(
  { stripeId }: PlacedStripe,
  wanted: readonly Task[],
  digests: readonly string[],
): readonly string[] {
  for (const [at, { index, former }] of wanted.entries())
    if (former !== undefined && digests[at] !== former.digest)
      throw new Error(`invariant: shard ${index} of stripe ${stripeId} was rebuilt with other bytes`);
  return digests;
}

interface Task {
  readonly index: number;
  readonly isMove: boolean;
  readonly former: PlacedShard | undefined;
  readonly leaseId: string;
  readonly diskId: string;
}

/** A rebuild with the lease to put it under, or undefined when there is none on that disk. */
function taskOf(
  rebuild: StripeRepair['rebuilds'][number],
  leaseOn: ReadonlyMap<string, string>,
): Task | undefined {
  if (rebuild.kind === 'restore') {
    const { index, leaseId, diskId } = rebuild.shard;
    return { index, isMove: false, former: rebuild.shard, leaseId, diskId };
  }
  const { index, former, diskId } = rebuild;
  const leaseId = leaseOn.get(diskId);
  return leaseId === undefined ? undefined : { index, isMove: true, former, leaseId, diskId };
}

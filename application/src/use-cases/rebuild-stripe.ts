import { reconstruct } from '../core/erasure.js';
import type { PlacedShard, PlacedStripe } from '../core/health.js';
import type { StripeRepair } from '../core/repair-plan.js';
import { shardDigest } from '../core/shard.js';
import { Denial, Fault } from '../ports/fault.js';
import type { ShardMove } from '../ports/stripe-map.js';
import type { Suspects } from '../ports/suspects.js';
import type { DiskDoors } from './disk-doors.js';

/** The arithmetic of shards, wherever it runs. */
export interface ShardArithmetic {
  /** BLAKE3 in hexadecimal. */
  digest(bytes: Uint8Array): string;
  /** The wanted shards of a stripe from any `dataShards` others, by index. */
  reconstruct(
    stripe: Pick<PlacedStripe, 'dataShards' | 'parityShards'>,
    shards: ReadonlyMap<number, Uint8Array>,
    wanted: readonly number[],
  ): Promise<ReadonlyMap<number, Uint8Array>>;
}

/** The arithmetic on this thread. */
const onThisThread: ShardArithmetic = {
  digest: shardDigest,
  reconstruct: async ({ dataShards, parityShards }, shards, wanted) => {
    const all = Array.from({ length: dataShards + parityShards }, (_, index) => shards.get(index));
    const built = reconstruct(all, dataShards, parityShards, wanted);
    return new Map(wanted.map((index, at) => [index, built[at] as Uint8Array]));
  },
};

/** What a rebuild achieved; what is in none of the lists is still to be done. */
export interface Rebuilt {
  /** Shards that lie durably on a new disk and await a commit. */
  readonly moves: readonly ShardMove[];
  /** Shards that are where they belong again. */
  readonly restored: readonly PlacedShard[];
  /** Disks that would not take a shard. */
  readonly refusing: readonly string[];
}

interface Means {
  readonly doors: Pick<DiskDoors, 'run'>;
  readonly suspects: Suspects;
  /** On this thread unless given. */
  readonly arithmetic?: ShardArithmetic;
}

/**
 * Rebuilds the missing shards of one stripe without any key: fetches k shards, believes none before its digest
 * fits, reconstructs only what is missing, and puts it to the doors of the plan. Commits nothing.
 * Rejects with Fault `shards-unreachable` when fewer than k good shards can be had.
 */
export class RebuildStripe {
  readonly #means: Required<Means>;

  constructor(means: Means) {
    this.#means = { arithmetic: onThisThread, ...means };
  }

  async run(
    stripe: PlacedStripe,
    repair: StripeRepair,
    leaseOn: ReadonlyMap<string, string>,
    signal?: AbortSignal,
  ): Promise<Rebuilt> {
    const tasks = repair.rebuilds.map((each) => taskOf(each, leaseOn)).filter((task) => task !== undefined);
    const present = new Set<Task>();
    for (const task of tasks) if (await this.#isBack(stripe, task, signal)) present.add(task);
    const wanted = tasks.filter((task) => !present.has(task));
    const built = wanted.length === 0 ? noShards : await this.#reconstruct(stripe, repair, wanted, signal);
    const refusing: string[] = [];
    for (const task of wanted)
      if (await this.#put(task, built.get(task.index) as Uint8Array, signal)) present.add(task);
      else refusing.push(task.diskId);
    return { ...this.#sorted(stripe, [...present], built), refusing };
  }

  /** Whether a shard that should be restored is there and good after all. */
  async #isBack(stripe: PlacedStripe, task: Task, signal?: AbortSignal): Promise<boolean> {
    if (task.former === undefined || task.isMove) return false;
    return (await this.#fetch(stripe, task.former, signal)) !== undefined;
  }

  async #reconstruct(
    stripe: PlacedStripe,
    repair: StripeRepair,
    wanted: readonly Task[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<number, Uint8Array>> {
    const sources = await this.#fetchEnough(stripe, repair.sources, signal);
    const indices = wanted.map((task) => task.index);
    const built = await this.#means.arithmetic.reconstruct(stripe, sources, indices);
    for (const { index, former } of wanted) {
      const digest = this.#means.arithmetic.digest(built.get(index) as Uint8Array);
      if (former !== undefined && digest !== former.digest)
        throw new Error(
          `invariant: shard ${index} of stripe ${stripe.stripeId} was rebuilt with other bytes`,
        );
    }
    return built;
  }

  /** Any k good shards: as many at a time as are still lacking. */
  async #fetchEnough(
    stripe: PlacedStripe,
    sources: readonly PlacedShard[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<number, Uint8Array>> {
    const fetched = new Map<number, Uint8Array>();
    for (let at = 0; fetched.size < stripe.dataShards && at < sources.length;) {
      const batch = sources.slice(at, at + stripe.dataShards - fetched.size);
      at += batch.length;
      const got = await Promise.all(batch.map((shard) => this.#fetch(stripe, shard, signal)));
      got.forEach((bytes, i) => bytes && fetched.set((batch[i] as PlacedShard).index, bytes));
    }
    signal?.throwIfAborted();
    if (fetched.size < stripe.dataShards)
      throw new Fault(
        'shards-unreachable',
        `stripe ${stripe.stripeId} has too few good shards within reach`,
        {
          retryable: true,
        },
      );
    return fetched;
  }

  /** The shard, or undefined and, where the disk is to blame, a suspicion. */
  async #fetch(stripe: PlacedStripe, shard: PlacedShard, signal?: AbortSignal): Promise<Buffer | undefined> {
    try {
      const door = await this.#means.doors.run(shard.diskId);
      const bytes = await door.getShard(shard.digest, stripe.shardSizeBytes, signal);
      if (bytes.length === stripe.shardSizeBytes && this.#means.arithmetic.digest(bytes) === shard.digest)
        return bytes;
      this.#means.suspects.note(shard);
    } catch (error) {
      if (error instanceof Denial && error.code === 'shard-unknown') this.#means.suspects.note(shard);
      signal?.throwIfAborted();
    }
    return undefined;
  }

  async #put(task: Task, bytes: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    try {
      const door = await this.#means.doors.run(task.diskId);
      await door.putShard(task.leaseId, this.#means.arithmetic.digest(bytes), bytes, signal);
      return true;
    } catch {
      signal?.throwIfAborted();
      return false;
    }
  }

  #sorted(
    stripe: PlacedStripe,
    done: readonly Task[],
    built: ReadonlyMap<number, Uint8Array>,
  ): Pick<Rebuilt, 'moves' | 'restored'> {
    const moves = done
      .filter((task) => task.isMove)
      .map(({ index, former, leaseId, diskId }) => ({
        stripeId: stripe.stripeId,
        index,
        digest: former?.digest ?? this.#means.arithmetic.digest(built.get(index) as Uint8Array),
        sizeBytes: stripe.shardSizeBytes,
        from: former?.leaseId,
        to: { leaseId, diskId },
      }));
    const restored = done.flatMap(({ isMove, former }) => (isMove || former === undefined ? [] : [former]));
    for (const shard of restored) this.#means.suspects.clear(shard);
    return { moves, restored };
  }
}

const noShards: ReadonlyMap<number, Uint8Array> = new Map();

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

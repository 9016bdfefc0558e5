import { type Change, ShardVector } from '@dstore/chaincode/domain';
import type { Step } from './delta.js';

/** A shard as a stripe names it. */
export interface ShardName {
  readonly stripeId: string;
  readonly index: number;
}

/** A shard with what its lease's vector holds of it. */
export interface VectorShard extends ShardName {
  readonly digest: string;
  readonly size: number;
}

const nameOf = ({ stripeId, index }: ShardName) => `${stripeId}/${index}`;

/**
 * What lies where in one lease: the vector as the provider has it, and for each position the shard it is.
 * Plans are made on a copy; the owner keeps the one that was committed.
 */
export class LeaseLayout {
  readonly leaseId: string;
  readonly diskId: string;
  readonly revision: bigint;
  readonly vector: ShardVector;
  readonly #names: readonly VectorShard[];
  #positions: Map<string, number> | undefined;

  constructor(
    leaseId: string,
    diskId: string,
    revision: bigint,
    shards: readonly VectorShard[],
    vector = ShardVector.of(shards),
  ) {
    this.leaseId = leaseId;
    this.diskId = diskId;
    this.revision = revision;
    this.vector = vector;
    this.#names = shards;
  }

  /** Shards by position. */
  get shards(): readonly VectorShard[] {
    return this.#names;
  }

  /** Where a shard stands, or undefined. */
  positionOf(name: ShardName): number | undefined {
    this.#positions ??= new Map(this.#names.map((shard, position) => [nameOf(shard), position]));
    return this.#positions.get(nameOf(name));
  }

  /**
   * The layout after these shards are removed (those that stand here) and those appended, one revision on, with the
   * change list for the provider and the steps for the structure entry.
   */
  changed(
    removals: readonly ShardName[],
    appends: readonly VectorShard[],
  ): { layout: LeaseLayout; changes: Change[]; steps: Step[] } {
    const names = [...this.#names];
    const positions = new Map(names.map((shard, position) => [nameOf(shard), position]));
    const changes: Change[] = [];
    const steps: Step[] = [];
    for (const name of removals) {
      const position = positions.get(nameOf(name));
      if (position === undefined) continue;
      const last = names.pop() as VectorShard;
      positions.delete(nameOf(name));
      if (position < names.length) {
        names[position] = last;
        positions.set(nameOf(last), position);
      }
      changes.push({ kind: 'remove', index: position });
      steps.push({ remove: position });
    }
    for (const shard of appends) {
      names.push(shard);
      changes.push({ kind: 'append', entry: { digest: shard.digest, size: shard.size } });
      steps.push({ append: { stripeId: shard.stripeId, index: shard.index } });
    }
    const layout = new LeaseLayout(
      this.leaseId,
      this.diskId,
      this.revision + 1n,
      names,
      this.vector.applied(changes),
    );
    return { layout, changes, steps };
  }
}

/** Replays steps on a list of shards, as {@link LeaseLayout.changed} recorded them. Throws RangeError for a position that is not there. */
export function replaySteps(shards: readonly ShardName[], steps: readonly Step[]): ShardName[] {
  const names = [...shards];
  for (const step of steps) {
    if (step.append !== undefined) names.push(step.append);
    if (step.remove === undefined) continue;
    if (step.remove >= names.length) throw new RangeError('a step removes what is not there');
    const last = names.pop() as ShardName;
    if (step.remove < names.length) names[step.remove] = last;
  }
  return names;
}

import type { Stripe } from '../core/delta.js';
import type { Geometry } from '../core/geometry.js';
import { place } from '../core/placement.js';
import { type EncodedShard, type EncodedStripe, encodeStripe, paddingBytes } from '../core/stripe.js';
import { Denial } from '../ports/fault.js';
import type { Vault } from './vault.js';

/** What opens leases when there is no room. */
export interface LeaseOpening {
  run(need: { readonly geometry: Geometry; readonly shardSizeBytes: number }): Promise<unknown>;
}

type Target = { readonly diskId: string; readonly leaseId: string };

/** Fewest shards with which a stripe may be committed (protocol section 5): never less than one may be lost, unless there is no parity. */
export function writeQuorum({ dataShards, parityShards }: Geometry): number {
  return dataShards + (parityShards === 0 ? 0 : Math.max(1, Math.ceil(parityShards / 2)));
}

/** Gives back the room that a stripe's shards were promised. */
export function releaseStripe(vault: Vault, stripe: Stripe): void {
  for (const { leaseId } of stripe.shards) vault.release(leaseId, stripe.shardSize);
}

/**
 * Gives up stripes that will not be committed: their room, and their shards at the doors. A disk that does not answer
 * deletes them by itself in time.
 */
export async function giveUpStripes(vault: Vault, stripes: readonly Stripe[]): Promise<void> {
  const digests = new Map<string, { readonly diskId: string; readonly digests: string[] }>();
  for (const stripe of stripes) {
    releaseStripe(vault, stripe);
    for (const { leaseId, diskId, digest } of stripe.shards) {
      const known = digests.get(leaseId) ?? { diskId, digests: [] };
      digests.set(leaseId, known);
      known.digests.push(digest);
    }
  }
  await Promise.allSettled(
    [...digests].map(async ([leaseId, lease]) => vault.doorOf(lease.diskId).discard(leaseId, lease.digests)),
  );
}

/**
 * Stores the shards of one stripe, each on another disk. A disk that fails is replaced at once; where no other
 * is left, the stripe may stay short of shards down to the write quorum. The room stays promised until the stripe is
 * committed or released. Denial `too-few-disks` when not even the quorum finds a place.
 */
export class StoreStripe {
  readonly #vault: Vault;
  readonly #leases: LeaseOpening;

  constructor(vault: Vault, leases: LeaseOpening) {
    this.#vault = vault;
    this.#leases = leases;
  }

  /** Encodes and stores pieces of ciphertext that lie end to end. */
  async run(
    stripeId: string,
    pieces: readonly Uint8Array[],
    geometry: Geometry,
    signal?: AbortSignal,
  ): Promise<Stripe> {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const padding = this.#vault.means.random.bytes(paddingBytes(length, geometry.dataShards));
    return this.store(stripeId, encodeStripe(pieces, geometry, padding), geometry, signal);
  }

  /** Stores what is encoded already; no byte of it is touched any more once this has ended. */
  async store(
    stripeId: string,
    encoded: EncodedStripe,
    geometry: Geometry,
    signal?: AbortSignal,
  ): Promise<Stripe> {
    const { length } = encoded;
    const targets = await this.#targets(geometry, encoded.shardSize);
    for (const target of targets) this.#vault.promise(target.leaseId, encoded.shardSize);
    const shards = await this.#storeAll(encoded, targets, signal);
    const stripe = { stripeId, ...geometryOf(geometry), length, shardSize: encoded.shardSize, shards };
    if (shards.length >= writeQuorum(geometry) && signal?.aborted !== true) return stripe;
    await giveUpStripes(this.#vault, [stripe]);
    signal?.throwIfAborted();
    throw this.#tooFew(geometry, encoded.shardSize);
  }

  /** Disks for all shards, or for as many as the quorum asks. */
  async #targets(geometry: Geometry, shardSizeBytes: number): Promise<Target[]> {
    const placed = this.#place(geometry, shardSizeBytes);
    if (placed.length === geometry.dataShards + geometry.parityShards) return placed;
    await this.#leases.run({ geometry, shardSizeBytes });
    const fewest = writeQuorum(geometry) - geometry.dataShards;
    for (let parityShards = geometry.parityShards; parityShards >= fewest; parityShards -= 1) {
      const found = this.#place({ dataShards: geometry.dataShards, parityShards }, shardSizeBytes);
      if (found.length > 0) return found;
    }
    throw this.#tooFew(geometry, shardSizeBytes);
  }

  #place(geometry: Geometry, shardSizeBytes: number): Target[] {
    const seed = this.#vault.means.random.bytes(16);
    const placement = place({ disks: this.#vault.candidates(), geometry, seed, shardSizeBytes });
    return placement.kind === 'placement' ? [...placement.disks] : [];
  }

  #tooFew(geometry: Geometry, shardSizeBytes: number): Denial {
    const seed = Buffer.alloc(16);
    const placement = place({ disks: this.#vault.candidates(), geometry, seed, shardSizeBytes });
    const missing = placement.kind === 'refusal' ? placement.missing : 'no disk took the shards';
    return new Denial('too-few-disks', missing, {
      wanted: String(geometry.dataShards + geometry.parityShards),
    });
  }

  async #storeAll(
    encoded: EncodedStripe,
    targets: readonly Target[],
    signal?: AbortSignal,
  ): Promise<Stripe['shards']> {
    const used = new Set(targets.map((target) => target.diskId));
    const outcomes = await Promise.allSettled(
      targets.map((target, index) =>
        this.#store(encoded.shards[index] as EncodedShard, target, used, signal),
      ),
    );
    return outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' && outcome.value !== undefined ? [outcome.value] : [],
    );
  }

  /** Stores a shard on its disk, or on another one when that fails; undefined when none is left. */
  async #store(shard: EncodedShard, first: Target, used: Set<string>, signal?: AbortSignal) {
    let target: Target | undefined = first;
    while (target !== undefined) {
      try {
        const door = this.#vault.doorOf(target.diskId);
        await door.putShard(target.leaseId, shard.digest, shard.bytes, signal);
        return { index: shard.index, digest: shard.digest, leaseId: target.leaseId, diskId: target.diskId };
      } catch {
        this.#vault.release(target.leaseId, shard.bytes.length);
        if (signal?.aborted === true) return undefined;
        this.#vault.noteFailure(target.diskId);
        target = this.#replacement(used, shard.bytes.length);
      }
    }
    return undefined;
  }

  #replacement(used: Set<string>, shardSizeBytes: number): Target | undefined {
    const seed = this.#vault.means.random.bytes(16);
    const disks = this.#vault.candidates().filter((disk) => !used.has(disk.diskId));
    const placement = place({ disks, geometry: { dataShards: 1, parityShards: 0 }, seed, shardSizeBytes });
    const target = placement.kind === 'placement' ? placement.disks[0] : undefined;
    if (target === undefined) return undefined;
    used.add(target.diskId);
    this.#vault.promise(target.leaseId, shardSizeBytes);
    return target;
  }
}

function geometryOf({ dataShards, parityShards }: Geometry): Geometry {
  return { dataShards, parityShards };
}

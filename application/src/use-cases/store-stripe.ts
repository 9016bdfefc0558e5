import type { Shard, Stripe } from '../core/delta.js';
import type { Geometry } from '../core/geometry.js';
import { place, placeBeside } from '../core/placement.js';
import { type EncodedShard, type EncodedStripe, encodeStripe, paddingBytes } from '../core/stripe.js';
import { Denial } from '../ports/fault.js';
import { Patience } from './patience.js';
import type { Vault } from './vault.js';

/** What opens leases when there is no room. */
export interface LeaseOpening {
  run(need: { readonly geometry: Geometry; readonly shardSizeBytes: number }): Promise<unknown>;
}

/** Least milliseconds that a disk may take longer than the others of its stripe. */
const leastPatience = 2_000;

/** Milliseconds in which a disk has read what was sent to it before it was given up. */
const arrival = 1_000;

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

/** A stripe on its way to its disks. */
interface Storing {
  readonly geometry: Geometry;
  /** Disks that hold a shard of it or are being given one. */
  readonly holding: Set<string>;
  /** Disks that failed it. */
  readonly failed: Set<string>;
  /** Resolves when the others have been waiting for the slowest for long enough. */
  readonly late: Promise<unknown>;
  readonly signal: AbortSignal | undefined;
}

/**
 * Stores the shards of one stripe, each on another disk. A disk that fails is replaced at once, one that takes much longer
 * than the others as soon as there is another to take its shard; where no other is left, the stripe may stay short of
 * shards down to the write quorum. The room stays promised until the stripe is committed or released. Denial `too-few-disks` when not even the quorum finds a place.
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

  /**
   * Stores what is encoded already. Once this has ended its bytes may be used for others: a slow disk that was given up
   * and still reads them refuses what has another digest.
   */
  async store(
    stripeId: string,
    encoded: EncodedStripe,
    geometry: Geometry,
    signal?: AbortSignal,
  ): Promise<Stripe> {
    const { length } = encoded;
    const targets = await this.#targets(geometry, encoded.shardSize);
    for (const target of targets) this.#vault.promise(target.leaseId, encoded.shardSize);
    const shards = await this.#storeAll(encoded, geometry, targets, signal);
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

  /** Stores shards that a stripe lacks beside those it has, as many as find a disk; answers them. */
  async addShards(stripe: Stripe, missing: readonly EncodedShard[], signal?: AbortSignal): Promise<Shard[]> {
    const storing: Storing = {
      geometry: stripe,
      holding: new Set(stripe.shards.map(({ diskId }) => diskId)),
      failed: new Set(),
      late: new Promise(() => undefined),
      signal,
    };
    const shards = await Promise.all(
      missing.map(async (shard) => {
        const target = this.#replacement(storing, stripe.shardSize);
        return target === undefined ? undefined : this.#store(shard, target, storing);
      }),
    );
    return shards.filter((shard) => shard !== undefined);
  }

  async #storeAll(
    encoded: EncodedStripe,
    geometry: Geometry,
    targets: readonly Target[],
    signal?: AbortSignal,
  ): Promise<readonly Shard[]> {
    const patience = new Patience(this.#vault.means.clock, writeQuorum(geometry), leastPatience);
    const storing: Storing = {
      geometry,
      holding: new Set(targets.map((target) => target.diskId)),
      failed: new Set(),
      late: patience.lost,
      signal,
    };
    const shards = await Promise.all(
      targets.map(async (target, index) => {
        const shard = await this.#store(encoded.shards[index] as EncodedShard, target, storing);
        if (shard !== undefined) patience.count();
        return shard;
      }),
    );
    patience.end();
    return shards.filter((shard) => shard !== undefined);
  }

  /** Stores a shard on its disk, or on another one when that fails or keeps the others waiting; undefined when none is left. */
  async #store(shard: EncodedShard, first: Target, storing: Storing): Promise<Shard | undefined> {
    const { signal, late } = storing;
    const sizeBytes = shard.bytes.length;
    for (let target: Target | undefined = first; target !== undefined;) {
      const { leaseId, diskId } = target;
      const stop = new AbortController();
      const putting = this.#put(shard, target, either(signal, stop.signal));
      let outcome = await Promise.race(target === first ? [putting, late.then(() => undefined)] : [putting]);
      let next: Target | undefined;
      if (outcome === undefined && (next = this.#replacement(storing, sizeBytes)) === undefined)
        outcome = await putting;
      if (outcome === true) return { index: shard.index, digest: shard.digest, leaseId, diskId };
      stop.abort();
      void this.#takeBack(shard, target);
      this.#vault.release(leaseId, sizeBytes);
      if (signal?.aborted === true) {
        if (next !== undefined) this.#vault.release(next.leaseId, sizeBytes);
        return undefined;
      }
      this.#vault.noteFailure(diskId);
      storing.holding.delete(diskId);
      storing.failed.add(diskId);
      target = next ?? this.#replacement(storing, sizeBytes);
    }
    return undefined;
  }

  /** Whether the disk took the shard. */
  async #put(
    { digest, bytes }: EncodedShard,
    { leaseId, diskId }: Target,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      await this.#vault.doorOf(diskId).putShard(leaseId, digest, bytes, signal);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * A disk that was given up may get the shard all the same, from what is on its way still; one that does not hear of this
   * deletes it in time.
   */
  async #takeBack({ digest }: EncodedShard, { leaseId, diskId }: Target): Promise<void> {
    try {
      await this.#vault.means.clock.sleep(arrival);
      await this.#vault.doorOf(diskId).discard(leaseId, [digest]);
    } catch {
      // Nobody waits for it.
    }
  }

  #replacement({ geometry, holding, failed }: Storing, shardSizeBytes: number): Target | undefined {
    const seed = this.#vault.means.random.bytes(16);
    const disks = this.#vault.candidates();
    const target = placeBeside({ disks, geometry, seed, shardSizeBytes, exclude: failed }, holding);
    if (target === undefined) return undefined;
    holding.add(target.diskId);
    this.#vault.promise(target.leaseId, shardSizeBytes);
    return target;
  }
}

function either(signal: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return signal === undefined ? other : AbortSignal.any([signal, other]);
}

function geometryOf({ dataShards, parityShards }: Geometry): Geometry {
  return { dataShards, parityShards };
}

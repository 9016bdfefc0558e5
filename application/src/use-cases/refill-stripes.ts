import type { Shard, Stripe } from '../core/delta.js';
import { reconstruct } from '../core/erasure.js';
import { placeBeside } from '../core/placement.js';
import { shardDigest } from '../core/shard.js';
import type { EncodedShard } from '../core/stripe.js';
import { giveUpStripes, releaseStripe, type StoreStripe } from './store-stripe.js';
import type { Vault } from './vault.js';

/** Stripes that one flush fills up: more would hold up its other changes, and are left to repair. */
const mostRefilled = 64;

/**
 * Fills up stripes of a flush that lost disks after they were stored: reads k shards back, reconstructs those that are
 * missing and stores them on other disks. What it added is the flush's to commit, and given up with it.
 */
export class RefillStripes {
  readonly #vault: Vault;
  readonly #store: Pick<StoreStripe, 'addShards'>;
  readonly #added: Stripe[] = [];

  constructor(vault: Vault, store: Pick<StoreStripe, 'addShards'>) {
    this.#vault = vault;
    this.#store = store;
  }

  /** A stripe with what was added to it in the place of what it had. */
  filled(stripe: Stripe): Stripe {
    const shards = new Map(stripe.shards.map((shard) => [shard.index, shard]));
    for (const { stripeId, shards: added } of this.#added)
      if (stripeId === stripe.stripeId) for (const shard of added) shards.set(shard.index, shard);
    return { ...stripe, shards: [...shards.values()].sort((one, other) => one.index - other.index) };
  }

  /** Adds what these stripes lack, where disks are free for it; a stripe that can't be filled up stays as it is. */
  async run(stripes: readonly Stripe[]): Promise<void> {
    const short = stripes.filter((stripe) => missingIn(stripe).length > 0 && this.#hasSpare(stripe));
    for (const stripe of short.slice(0, mostRefilled - this.#added.length)) {
      const missing = await this.#rebuilt(stripe);
      const shards = await this.#store.addShards(stripe, missing);
      if (shards.length > 0) this.#added.push({ ...stripe, shards });
    }
  }

  /** Gives the room back that added shards were promised: they are committed, or may yet be. */
  release(): void {
    for (const stripe of this.#added.splice(0)) releaseStripe(this.#vault, stripe);
  }

  async giveUp(): Promise<void> {
    await giveUpStripes(this.#vault, this.#added.splice(0));
  }

  #hasSpare(stripe: Stripe): boolean {
    const holding = new Set(stripe.shards.map(({ diskId }) => diskId));
    const disks = this.#vault.candidates();
    const request = { disks, geometry: stripe, seed: Buffer.alloc(16), shardSizeBytes: stripe.shardSize };
    return placeBeside(request, holding) !== undefined;
  }

  /** The missing shards, none when k can't be had. */
  async #rebuilt(stripe: Stripe): Promise<EncodedShard[]> {
    const { dataShards, parityShards, shards } = stripe;
    const got = new Map<number, Buffer>();
    for (let at = 0; got.size < dataShards && at < shards.length;) {
      const batch = shards.slice(at, at + dataShards - got.size);
      at += batch.length;
      for (const { index, bytes } of await Promise.all(batch.map((shard) => this.#fetch(stripe, shard))))
        if (bytes !== undefined) got.set(index, bytes);
    }
    if (got.size < dataShards) return [];
    const missing = missingIn(stripe);
    const all = Array.from({ length: dataShards + parityShards }, (_, index) => got.get(index));
    return reconstruct(all, dataShards, parityShards, missing).map((bytes, at) => {
      return { index: missing[at] as number, digest: shardDigest(bytes), bytes };
    });
  }

  async #fetch({ shardSize }: Stripe, { index, digest, diskId }: Shard) {
    const bytes = await this.#vault
      .doorOf(diskId)
      .getShard(digest, shardSize)
      .catch(() => undefined);
    const good = bytes?.length === shardSize && shardDigest(bytes) === digest;
    return { index, bytes: good ? bytes : undefined };
  }
}

function missingIn({ dataShards, parityShards, shards }: Stripe): number[] {
  const present = new Set(shards.map(({ index }) => index));
  return Array.from({ length: dataShards + parityShards }, (_, index) => index).filter(
    (index) => !present.has(index),
  );
}

import type { PlacedShard } from '../core/health.js';
import { shardDigest } from '../core/shard.js';
import type { Door } from '../ports/door.js';
import { Denial } from '../ports/fault.js';
import type { Random } from '../ports/random.js';
import type { StripeMap } from '../ports/stripe-map.js';
import type { Suspects } from '../ports/suspects.js';
import type { DiskDoors } from './disk-doors.js';

/** Shards asked of each disk in one run before it counts as sound. */
const sampleSize = 8;

interface Means {
  readonly map: Pick<StripeMap, 'stripes'>;
  readonly doors: Pick<DiskDoors, 'run'>;
  readonly suspects: Pick<Suspects, 'note' | 'has'>;
  readonly random: Random;
}

interface ExpectedShard extends PlacedShard {
  readonly sizeBytes: number;
}

/**
 * Asks each disk for a random few of the shards that it should hold, one of them in full, and notes those that are
 * missing or wrong. A disk that lacks any of its sample is asked for all: that finds one that lost everything but still
 * answers, before its audits do. A door that does not answer proves nothing here. Answers how many shards it noted.
 */
export class ReadThrough {
  readonly #means: Means;

  constructor(means: Means) {
    this.#means = means;
  }

  async run(signal?: AbortSignal): Promise<number> {
    let noted = 0;
    for (const [diskId, shards] of await this.#expected())
      noted += await this.#readDisk(diskId, shards, signal);
    return noted;
  }

  /** Shards by disk that nobody doubts yet. */
  async #expected(): Promise<ReadonlyMap<string, readonly ExpectedShard[]>> {
    const byDisk = new Map<string, ExpectedShard[]>();
    for await (const { shards, shardSizeBytes } of this.#means.map.stripes())
      for (const shard of shards) {
        if (this.#means.suspects.has(shard)) continue;
        const expected = byDisk.get(shard.diskId) ?? [];
        byDisk.set(shard.diskId, expected);
        expected.push({ ...shard, sizeBytes: shardSizeBytes });
      }
    return byDisk;
  }

  async #readDisk(diskId: string, shards: readonly ExpectedShard[], signal?: AbortSignal): Promise<number> {
    const shuffled = this.#shuffled(shards);
    let noted = 0;
    try {
      const door = await this.#means.doors.run(diskId);
      for (const [at, shard] of shuffled.entries()) {
        if (at >= sampleSize && noted === 0) break;
        const good = at === 0 ? this.#isGood(door, shard, signal) : door.hasShard(shard.digest, signal);
        if (await good) continue;
        this.#means.suspects.note(shard);
        noted += 1;
      }
    } catch {
      signal?.throwIfAborted();
    }
    return noted;
  }

  async #isGood(door: Door, shard: ExpectedShard, signal?: AbortSignal): Promise<boolean> {
    try {
      const bytes = await door.getShard(shard.digest, shard.sizeBytes, signal);
      return bytes.length === shard.sizeBytes && shardDigest(bytes) === shard.digest;
    } catch (error) {
      if (error instanceof Denial && error.code === 'shard-unknown') return false;
      throw error;
    }
  }

  #shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, draw: this.#means.random.bytes(6).readUIntBE(0, 6) }))
      .sort((a, b) => a.draw - b.draw)
      .map(({ item }) => item);
  }
}

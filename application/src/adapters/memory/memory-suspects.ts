import type { ShardOnDisk, Suspects } from '../../ports/suspects.js';

/** Suspects of one process; gone with it, found again by the next reading. */
export class MemorySuspects implements Suspects {
  readonly #noted = new Set<string>();

  note(shard: ShardOnDisk): void {
    this.#noted.add(keyOf(shard));
  }

  has(shard: ShardOnDisk): boolean {
    return this.#noted.has(keyOf(shard));
  }

  clear(shard: ShardOnDisk): void {
    this.#noted.delete(keyOf(shard));
  }

  get count(): number {
    return this.#noted.size;
  }
}

function keyOf({ diskId, digest }: ShardOnDisk): string {
  return `${diskId}/${digest}`;
}

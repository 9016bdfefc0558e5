/** A shard on a disk: what a read, a check or a rebuild speaks of. */
export interface ShardOnDisk {
  readonly diskId: string;
  readonly digest: string;
}

/**
 * Shards that a disk should hold and did not give, or gave with other bytes. Whoever reads notes them, repair acts on them.
 * A cache of observations: losing it costs another reading.
 */
export interface Suspects {
  /** Noting one twice is harmless. */
  note(shard: ShardOnDisk): void;
  has(shard: ShardOnDisk): boolean;
  /** To be called when the shard is good again, or no longer expected there. */
  clear(shard: ShardOnDisk): void;
  readonly count: number;
}

/** How repair of a vault goes, for whoever looks. Counts are of this process since it started. */
export interface RepairState {
  readonly running: boolean;
  /** Stripes that lack shards, as of the last assessment. */
  readonly queued: number;
  /** Of those: stripes with fewer than k live shards, and stripes that find no disk for a shard. */
  readonly lost: number;
  readonly unplaced: number;
  readonly repairedStripes: number;
  readonly movedShards: number;
  readonly restoredShards: number;
  readonly bytes: number;
  /** Milliseconds since 1970 of the last change. */
  readonly at: number;
}

/** Where repair says how it goes; the last state counts. */
export interface RepairBoard {
  post(state: RepairState): void;
  /** Undefined before the first repair of this process. */
  read(): RepairState | undefined;
}

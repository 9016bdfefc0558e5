import type { Geometry } from '../core/geometry.js';
import type { Opened, OpenTask, RebuildTask, Reconstructed, Sealed, SealTask } from '../core/stripe-work.js';

/**
 * Room for one stripe in memory in which it is sealed, encoded, digested, verified, reconstructed and opened, wherever
 * that runs: nothing is copied on the way. The bytes are the holder's until it releases the seat, except while work is
 * under way. Work rejects with the reason of an aborted signal, no sooner than the memory is quiet again, and with
 * Fault `not-ready` when what did it died. Keys are copied when work is asked for, and the copies wiped.
 */
export interface Seat {
  readonly geometry: Geometry;
  readonly shardSizeBytes: number;
  /** Plaintext, as much as the data shards hold; it has other content once the seat was released. */
  readonly room: Buffer;
  /** The bytes of a shard in place. */
  shard(index: number): Buffer;
  /** Seals the plaintext in the room into the data shards; parity and digests too when those are full. */
  seal(task: SealTask, signal?: AbortSignal): Promise<Sealed>;
  /** Parity of the data shards as they are; resolves with the digests of all shards by index. */
  encode(signal?: AbortSignal): Promise<readonly string[]>;
  /** Verifies, reconstructs and names shards; takes no key. */
  rebuild(task: RebuildTask, signal?: AbortSignal): Promise<Reconstructed>;
  /** Verifies, reconstructs and opens; rejects with SealBroken when the seal does not hold. */
  open(task: OpenTask, signal?: AbortSignal): Promise<Opened>;
  /** Gives the memory to whoever waits for it. Releasing twice is harmless; the memory is passed on once it is quiet. */
  release(): void;
}

/** The arithmetic of stripes: as many at a time as there is memory for. */
export interface Codec {
  /**
   * A seat for a stripe of shards of so many bytes, once there is one: this is where a fast reader waits for slow
   * disks. Who waits first is seated first. Rejects with the signal's reason, or Fault `not-ready` after `close`.
   */
  seat(geometry: Geometry, shardSizeBytes: number, signal?: AbortSignal): Promise<Seat>;
  /** Ends what runs; who waits is refused. */
  close(): Promise<void>;
}

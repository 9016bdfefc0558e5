import type { Geometry } from '../../core/geometry.js';
import { stripeLayout } from '../../core/stripe-layout.js';
import type { Codec, Seat } from '../../ports/codec.js';
import { CodecSeat } from './codec-seat.js';
import { SeatPool } from './seat-pool.js';
import { ThreadPool } from './thread-pool.js';

/** How large a codec is. */
export interface ThreadCodecOptions {
  /** Threads; one a core is as much as helps. */
  readonly threads: number;
  /** Memory for seats: a full stripe takes 2k + m MiB and a little. */
  readonly memoryBytes: number;
  /** What the threads run: this room's own script unless a test brings one. */
  readonly script?: URL;
}

/** The codec on worker threads, which share the memory of seats with this one. */
export class ThreadCodec implements Codec {
  readonly #threads: ThreadPool;
  readonly #pools: [SeatPool, ...SeatPool[]];

  constructor({ threads, memoryBytes, script }: ThreadCodecOptions) {
    this.#threads = new ThreadPool(threads, script ?? new URL('./codec-thread.js', import.meta.url));
    this.#pools = [this.#poolOf(memoryBytes, true)];
  }

  /** Seats that are taken, those beside left out. */
  get seatsTaken(): number {
    return this.#pools[0].takenCount;
  }

  seat(geometry: Geometry, shardSizeBytes: number, signal?: AbortSignal): Promise<Seat> {
    return this.#seatIn(this.#pools[0], geometry, shardSizeBytes, signal);
  }

  /**
   * Seats in other memory on the same threads, for work that now and then is much: who takes them keeps nobody from a
   * seat here, and once all are released their memory is let go. Ends with this codec.
   */
  beside(memoryBytes: number): Pick<Codec, 'seat'> {
    const pool = this.#poolOf(memoryBytes, false);
    this.#pools.push(pool);
    return { seat: (...args) => this.#seatIn(pool, ...args) };
  }

  async close(): Promise<void> {
    for (const pool of this.#pools) pool.close();
    await this.#threads.close();
  }

  #poolOf(memoryBytes: number, keepsIdle: boolean): SeatPool {
    return new SeatPool(memoryBytes, {
      keepsIdle,
      dropped: (placeId) => this.#threads.forget(placeId),
    });
  }

  async #seatIn(
    pool: SeatPool,
    geometry: Geometry,
    shardSizeBytes: number,
    signal?: AbortSignal,
  ): Promise<Seat> {
    const layout = stripeLayout(geometry, shardSizeBytes, true);
    const place = await pool.take(layout.totalBytes, signal);
    return new CodecSeat(
      place,
      layout,
      (...args) => this.#threads.perform(...args),
      (one) => pool.give(one),
    );
  }
}

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
  readonly #pool: SeatPool;

  constructor({ threads, memoryBytes, script }: ThreadCodecOptions) {
    this.#threads = new ThreadPool(threads, script ?? new URL('./codec-thread.js', import.meta.url));
    this.#pool = new SeatPool(memoryBytes, (placeId) => this.#threads.forget(placeId));
  }

  /** Seats that are taken. */
  get seatsTaken(): number {
    return this.#pool.takenCount;
  }

  async seat(geometry: Geometry, shardSizeBytes: number, signal?: AbortSignal): Promise<Seat> {
    const layout = stripeLayout(geometry, shardSizeBytes, true);
    const place = await this.#pool.take(layout.totalBytes, signal);
    return new CodecSeat(
      place,
      layout,
      (...args) => this.#threads.perform(...args),
      (one) => this.#pool.give(one),
    );
  }

  async close(): Promise<void> {
    this.#pool.close();
    await this.#threads.close();
  }
}

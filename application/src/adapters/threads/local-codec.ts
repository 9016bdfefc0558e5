import { ErasureKernel } from '../../core/erasure-kernel.js';
import type { Geometry } from '../../core/geometry.js';
import { stripeLayout } from '../../core/stripe-layout.js';
import { doWork } from '../../core/stripe-work.js';
import type { Codec, Seat } from '../../ports/codec.js';
import { CodecSeat, type Perform } from './codec-seat.js';
import { SeatPool } from './seat-pool.js';

/** The codec on the caller's own thread: for tests, tools and streams that are not worth a thread. */
export class LocalCodec implements Codec {
  readonly #pool: SeatPool;

  constructor(memoryBytes: number) {
    this.#pool = new SeatPool(memoryBytes);
  }

  async seat(geometry: Geometry, shardSizeBytes: number, signal?: AbortSignal): Promise<Seat> {
    const layout = stripeLayout(geometry, shardSizeBytes, true);
    const place = await this.#pool.take(layout.totalBytes, signal);
    return new CodecSeat(place, layout, perform, (one) => this.#pool.give(one));
  }

  async close(): Promise<void> {
    this.#pool.close();
  }
}

const perform: Perform = async (place, layout, work, signal) => {
  signal?.throwIfAborted();
  return doWork(new ErasureKernel(layout, place.memory), work);
};

import type { Geometry } from '../core/geometry.js';
import { type Sealing, segmentBytes } from '../core/sealing.js';
import { type Sealed, stripeCapacity } from '../core/stripe-work.js';
import type { Codec, Seat } from '../ports/codec.js';

/** A stripe of a stream on its way. Who takes it releases its seat once the shards are stored. */
export interface SealingStripe {
  readonly seat: Seat;
  /** Number of the segment in its first data shard. */
  readonly firstSegment: number;
  /** Rejects as the seat's `seal` does; a rejection that nobody meets is no unhandled one. */
  readonly sealed: Promise<Sealed>;
}

/**
 * Seals a stream of any pieces, and yields its stripes in order while they are being sealed. All but the last are full;
 * a last one that is not has neither parity nor digests. It reads on as long as there are seats, so that the slowest
 * disk holds up the source. Ends with the signal's reason or the source's error, and then keeps no seat.
 */
export async function* sealStripes(
  codec: Pick<Codec, 'seat'>,
  source: AsyncIterable<Uint8Array>,
  sealing: Sealing,
  geometry: Geometry,
  signal?: AbortSignal,
): AsyncGenerator<SealingStripe, void, undefined> {
  const filling = new Filling(codec, sealing, geometry, signal);
  try {
    for await (const piece of source) {
      signal?.throwIfAborted();
      for (let rest = piece; rest.length > 0;) {
        if (filling.isFull) yield filling.start(false);
        rest = await filling.add(rest);
      }
    }
    await filling.add(Buffer.alloc(0));
    yield filling.start(true);
  } finally {
    filling.drop();
  }
}

/** The stripe whose room is being filled. */
class Filling {
  readonly #codec: Pick<Codec, 'seat'>;
  readonly #sealing: Sealing;
  readonly #geometry: Geometry;
  readonly #signal: AbortSignal | undefined;
  #seat: Seat | undefined;
  #room: Buffer = Buffer.alloc(0);
  #filled = 0;
  #firstSegment = 0;

  constructor(
    codec: Pick<Codec, 'seat'>,
    sealing: Sealing,
    geometry: Geometry,
    signal: AbortSignal | undefined,
  ) {
    this.#codec = codec;
    this.#sealing = sealing;
    this.#geometry = geometry;
    this.#signal = signal;
  }

  get isFull(): boolean {
    return this.#seat !== undefined && this.#filled === this.#room.length;
  }

  /** Takes what fits, in a seat that it waits for when it has none; answers what is left. */
  async add(piece: Uint8Array): Promise<Uint8Array> {
    if (this.#seat === undefined) {
      this.#seat = await this.#codec.seat(this.#geometry, segmentBytes, this.#signal);
      const capacity = stripeCapacity(this.#firstSegment, this.#geometry.dataShards);
      this.#room = this.#seat.room.subarray(0, capacity);
      this.#filled = 0;
    }
    const part = piece.subarray(0, this.#room.length - this.#filled);
    this.#room.set(part, this.#filled);
    this.#filled += part.length;
    return piece.subarray(part.length);
  }

  /** Has the stripe sealed, and hands it over. */
  start(last: boolean): SealingStripe {
    const seat = this.#seat;
    if (seat === undefined) throw new Error('invariant: a stripe without a seat');
    const firstSegment = this.#firstSegment;
    const task = { ...this.#sealing, firstSegment, plainBytes: this.#filled, last };
    const sealed = seat.seal(task, this.#signal);
    sealed.catch(() => undefined);
    this.#seat = undefined;
    this.#firstSegment += this.#geometry.dataShards;
    return { seat, firstSegment, sealed };
  }

  drop(): void {
    this.#seat?.release();
    this.#seat = undefined;
  }
}

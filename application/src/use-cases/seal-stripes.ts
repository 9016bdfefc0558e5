import type { Geometry } from '../core/geometry.js';
import { createSealer, type Sealing, segmentBytes, segmentCapacity } from '../core/sealing.js';
import { type Sealed, stripeCapacity } from '../core/stripe-work.js';
import type { Codec, Seat } from '../ports/codec.js';

/** A full stripe of a stream on its way. Who takes it releases its seat once the shards are stored. */
export interface SealingStripe {
  readonly seat: Seat;
  /** Number of the segment in its first data shard. */
  readonly firstSegment: number;
  /** Rejects as the seat's `seal` does; a rejection that nobody meets is no unhandled one. */
  readonly sealed: Promise<Sealed>;
}

/** What a stream is cut into: full stripes, and the sealed end that fills none. */
export type SealedPart = SealingStripe | { readonly tail: Buffer };

/**
 * Seals a stream of any pieces, and yields its full stripes in order while they are being sealed, then its tail, empty
 * where there is none. Takes a seat when a stripe is full, so that a slow source holds none, and reads on as long as there
 * are seats, so that the slowest disk holds up the source. Ends with the signal's reason or the source's error, and then
 * keeps no seat.
 */
export async function* sealStripes(
  codec: Pick<Codec, 'seat'>,
  source: AsyncIterable<Uint8Array>,
  sealing: Sealing,
  geometry: Geometry,
  signal?: AbortSignal,
): AsyncGenerator<SealedPart, void, undefined> {
  const filling = new Filling(codec, sealing, geometry, signal);
  for await (const piece of source) {
    signal?.throwIfAborted();
    for (let rest = piece; rest.length > 0;) {
      if (filling.isFull) yield await filling.start(false);
      rest = filling.add(rest);
    }
  }
  if (filling.isFull) yield await filling.start(true);
  else yield { tail: filling.tail() };
}

/** Plaintext that waits for its stripe to be full. */
class Filling {
  readonly #codec: Pick<Codec, 'seat'>;
  readonly #sealing: Sealing;
  readonly #geometry: Geometry;
  readonly #signal: AbortSignal | undefined;
  #pieces: Uint8Array[] = [];
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
    return this.#filled === this.#capacity;
  }

  get #capacity(): number {
    return stripeCapacity(this.#firstSegment, this.#geometry.dataShards);
  }

  /** Takes what fits; answers what is left. */
  add(piece: Uint8Array): Uint8Array {
    const part = piece.subarray(0, this.#capacity - this.#filled);
    this.#pieces.push(part);
    this.#filled += part.length;
    return piece.subarray(part.length);
  }

  /** Has the stripe sealed, once there is a seat for it, and hands it over. */
  async start(last: boolean): Promise<SealingStripe> {
    const seat = await this.#codec.seat(this.#geometry, segmentBytes, this.#signal);
    let at = 0;
    for (const piece of this.#taken()) {
      seat.room.set(piece, at);
      at += piece.length;
    }
    const firstSegment = this.#firstSegment;
    const sealed = seat.seal({ ...this.#sealing, firstSegment, plainBytes: at, last }, this.#signal);
    sealed.catch(() => undefined);
    this.#firstSegment += this.#geometry.dataShards;
    return { seat, firstSegment, sealed };
  }

  /** The end of the stream, sealed here: it is short. */
  tail(): Buffer {
    const plain = Buffer.concat(this.#taken());
    const sealer = createSealer(this.#sealing);
    const sealed: Buffer[] = this.#firstSegment === 0 ? [sealer.header] : [];
    let taken = 0;
    for (let index = this.#firstSegment; index === this.#firstSegment || taken < plain.length; index += 1) {
      const end = Math.min(taken + segmentCapacity(index), plain.length);
      sealed.push(sealer.seal(index, plain.subarray(taken, end), end === plain.length));
      taken = end;
    }
    return Buffer.concat(sealed);
  }

  #taken(): Uint8Array[] {
    this.#filled = 0;
    return this.#pieces.splice(0);
  }
}

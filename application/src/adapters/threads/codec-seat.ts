import { ErasureKernel } from '../../core/erasure-kernel.js';
import type { Geometry } from '../../core/geometry.js';
import type { StripeLayout } from '../../core/stripe-layout.js';
import type {
  Opened,
  OpenTask,
  RebuildTask,
  Reconstructed,
  Sealed,
  SealTask,
  StripeAnswers,
  StripeWork,
} from '../../core/stripe-work.js';
import type { Seat } from '../../ports/codec.js';
import type { Place } from './seat-pool.js';

/** Does work on a stripe in a place. */
export type Perform = (
  place: Place,
  layout: StripeLayout,
  work: StripeWork,
  signal?: AbortSignal,
) => Promise<StripeAnswers[StripeWork['kind']]>;

/** A place laid out for one stripe. */
export class CodecSeat implements Seat {
  readonly #place: Place;
  readonly #kernel: ErasureKernel;
  readonly #perform: Perform;
  readonly #released: (place: Place) => void;
  #running = 0;
  #isReleased = false;

  constructor(place: Place, layout: StripeLayout, perform: Perform, released: (place: Place) => void) {
    this.#place = place;
    this.#kernel = new ErasureKernel(layout, place.memory);
    this.#perform = perform;
    this.#released = released;
  }

  get geometry(): Geometry {
    const { dataShards, parityShards } = this.#kernel.layout;
    return { dataShards, parityShards };
  }

  get shardSizeBytes(): number {
    return this.#kernel.layout.shardSizeBytes;
  }

  get room(): Buffer {
    return this.#kernel.room;
  }

  shard(index: number): Buffer {
    return this.#kernel.shard(index);
  }

  async seal(task: SealTask, signal?: AbortSignal): Promise<Sealed> {
    return (await withKey(task.objectKey, (objectKey) =>
      this.#do({ kind: 'seal', task: { ...task, objectKey } }, signal),
    )) as Sealed;
  }

  async encode(signal?: AbortSignal): Promise<readonly string[]> {
    return (await this.#do({ kind: 'encode' }, signal)) as readonly string[];
  }

  async rebuild(task: RebuildTask, signal?: AbortSignal): Promise<Reconstructed> {
    return (await this.#do({ kind: 'rebuild', task }, signal)) as Reconstructed;
  }

  async open(task: OpenTask, signal?: AbortSignal): Promise<Opened> {
    const { opening, ...rest } = task;
    if (opening === undefined) return (await this.#do({ kind: 'open', task: rest }, signal)) as Opened;
    return (await withKey(opening.objectKey, (objectKey) =>
      this.#do({ kind: 'open', task: { ...rest, opening: { ...opening, objectKey } } }, signal),
    )) as Opened;
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (this.#running === 0) this.#released(this.#place);
  }

  async #do(work: StripeWork, signal?: AbortSignal): Promise<StripeAnswers[StripeWork['kind']]> {
    if (this.#isReleased) throw new Error('invariant: work in a seat that was released');
    this.#running += 1;
    try {
      return await this.#perform(this.#place, this.#kernel.layout, work, signal);
    } finally {
      this.#running -= 1;
      if (this.#isReleased && this.#running === 0) this.#released(this.#place);
    }
  }
}

/** Lends work a copy of a key, so that the caller's may be wiped while it waits, and wipes the copy. */
async function withKey<T>(key: Uint8Array, work: (copy: Uint8Array) => Promise<T>): Promise<T> {
  const copy = Uint8Array.from(key);
  try {
    return await work(copy);
  } finally {
    copy.fill(0);
  }
}

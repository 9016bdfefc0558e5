import { createMemory, type KernelMemory } from '../../core/kernel-engine.js';
import { Fault } from '../../ports/fault.js';

/** Memory that a seat is in. */
export interface Place {
  readonly id: number;
  readonly memory: KernelMemory;
}

/** What becomes of memory that is given back. */
export interface SeatPoolOptions {
  /** Whether it is kept also while no seat is taken; it is unless told otherwise. */
  readonly keepsIdle?: boolean;
  /** Hears of memory that is let go. */
  readonly dropped?: (placeId: number) => void;
}

// Of the process: pools may share the threads that know places by these.
let lastId = 0;

interface Waiter {
  readonly bytes: number;
  readonly seated: (place: Place) => void;
  readonly refused: (reason: unknown) => void;
}

/**
 * Memory for seats within a budget. What is given back is kept for the next, because fresh pages cost more than the
 * work on them; it is let go when another size is needed. First come, first seated; a single stripe larger than the
 * budget is seated when it is alone.
 */
export class SeatPool {
  readonly #budgetBytes: number;
  readonly #keepsIdle: boolean;
  readonly #dropped: (placeId: number) => void;
  #free: Place[] = [];
  #waiting: Waiter[] = [];
  #takenCount = 0;
  #bytes = 0;
  #closed = false;

  constructor(budgetBytes: number, { keepsIdle = true, dropped = () => undefined }: SeatPoolOptions = {}) {
    this.#budgetBytes = budgetBytes;
    this.#keepsIdle = keepsIdle;
    this.#dropped = dropped;
  }

  /** Bytes that are allocated, taken or free. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Seats that are taken. */
  get takenCount(): number {
    return this.#takenCount;
  }

  /** Rejects with the signal's reason, or Fault `not-ready` once closed. */
  take(bytes: number, signal?: AbortSignal): Promise<Place> {
    if (this.#closed) return Promise.reject(closedFault());
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal));
    const { promise, resolve, reject } = Promise.withResolvers<Place>();
    const waiter: Waiter = { bytes, seated: resolve, refused: reject };
    const give = () => {
      this.#waiting = this.#waiting.filter((one) => one !== waiter);
      reject(reasonOf(signal as AbortSignal));
      this.#seat();
    };
    signal?.addEventListener('abort', give, { once: true });
    this.#waiting.push(waiter);
    this.#seat();
    return promise.finally(() => signal?.removeEventListener('abort', give));
  }

  give(place: Place): void {
    this.#takenCount -= 1;
    this.#free.push(place);
    this.#seat();
    const isIdle = this.#takenCount === 0;
    if (this.#closed || (isIdle && !this.#keepsIdle)) this.#drop();
  }

  /** Refuses who waits; memory that is taken is let go when it is given back. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) waiter.refused(closedFault());
    this.#drop();
  }

  #seat(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const place = this.#find(next.bytes);
      if (place === undefined) return;
      this.#waiting.shift();
      this.#takenCount += 1;
      next.seated(place);
    }
  }

  #find(bytes: number): Place | undefined {
    // Memory of up to twice the size serves: a narrower stripe must not drive a wider one's memory out.
    const fits = this.#free.findIndex(
      ({ memory }) => memory.buffer.byteLength >= bytes && memory.buffer.byteLength < 2 * bytes,
    );
    if (fits >= 0) return this.#free.splice(fits, 1)[0];
    if (this.#bytes + bytes > this.#budgetBytes) this.#drop();
    if (this.#bytes + bytes > this.#budgetBytes && this.#takenCount > 0) return undefined;
    const memory = createMemory(bytes);
    this.#bytes += memory.buffer.byteLength;
    return { id: (lastId += 1), memory };
  }

  #drop(): void {
    for (const { id, memory } of this.#free.splice(0)) {
      this.#bytes -= memory.buffer.byteLength;
      this.#dropped(id);
    }
  }
}

/** An aborted signal's reason as an error. */
export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('the work was cancelled');
}

/** What is said after `close`. */
export function closedFault(): Fault {
  return new Fault('not-ready', 'the codec is closed', { retryable: false });
}

import { Fault } from '../ports/fault.js';

/** Requests under way, bounded in all and for each caller, so that none can take every seat. */
export class Seats {
  readonly #most: number;
  readonly #mostEach: number;
  readonly #taken = new Map<string, number>();
  #all = 0;

  constructor(most: number, mostEach: number) {
    this.#most = most;
    this.#mostEach = mostEach;
  }

  /** Does the work in a seat; Fault `overloaded` when there is none. */
  async within<T>(caller: string, work: () => Promise<T>): Promise<T> {
    const own = this.#taken.get(caller) ?? 0;
    if (this.#all >= this.#most || own >= this.#mostEach)
      throw new Fault('overloaded', 'too many requests are under way', { retryable: true });
    this.#count(caller, 1);
    try {
      return await work();
    } finally {
      this.#count(caller, -1);
    }
  }

  #count(caller: string, change: number): void {
    const own = (this.#taken.get(caller) ?? 0) + change;
    if (own === 0) this.#taken.delete(caller);
    else this.#taken.set(caller, own);
    this.#all += change;
  }
}

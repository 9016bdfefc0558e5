import type { Clock } from '../ports/clock.js';

/** How long those of a group that are done wait for those that are not: as long again as a quorum of them took. */
export class Patience {
  readonly #clock: Clock;
  readonly #quorum: number;
  readonly #leastMs: number;
  readonly #started: number;
  readonly #ended = new AbortController();
  readonly #lost = Promise.withResolvers<void>();
  #done = 0;

  /** Waits `leastMs` in any case. */
  constructor(clock: Clock, quorum: number, leastMs: number) {
    this.#clock = clock;
    this.#quorum = quorum;
    this.#leastMs = leastMs;
    this.#started = clock.now();
  }

  /** Resolves when patience is lost, never once it has ended. */
  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  /** Another one is done. */
  count(): void {
    this.#done += 1;
    if (this.#done !== this.#quorum) return;
    const milliseconds = Math.max(this.#leastMs, this.#clock.now() - this.#started);
    void this.#clock.sleep(milliseconds, this.#ended.signal).then(this.#lost.resolve, () => undefined);
  }

  end(): void {
    this.#ended.abort();
  }
}

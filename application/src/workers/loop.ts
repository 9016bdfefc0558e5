import type { Random } from '../ports/random.js';

import type { Surroundings, Worker } from './worker.js';

/** One step of a loop: resolves to the milliseconds until the next one is worth taking. */
export type Step = (signal: AbortSignal) => Promise<number>;

/** First and longest wait after failures in a row, in milliseconds; each wait is twice the one before. */
export interface Backoff {
  readonly first: number;
  readonly longest: number;
}

const usualBackoff: Backoff = { first: 500, longest: 30_000 };

/** A wait is lengthened by up to a tenth, but never by more than this, so that many workers do not move as one. */
const longestJitter = 500;

/** Takes one step after the other, waits in between, backs off while steps fail; errors go to the log and end nothing. */
export class Loop implements Worker {
  readonly name: string;
  readonly #step: Step;
  readonly #around: Surroundings;
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  #nap = new AbortController();
  #woken = false;
  #failures = 0;
  #running: Promise<void> | undefined;

  constructor(name: string, step: Step, around: Surroundings, backoff: Backoff = usualBackoff) {
    this.name = name;
    this.#step = step;
    this.#around = around;
    this.#backoff = backoff;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  wake(): void {
    this.#woken = true;
    this.#nap.abort();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#nap.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#woken = false;
      const wait = await this.#attempt();
      await this.#rest(wait);
    }
  }

  async #attempt(): Promise<number> {
    try {
      const wait = await this.#step(this.#stop.signal);
      this.#failures = 0;
      return wait + Math.min(wait / 10, longestJitter) * fraction(this.#around.random);
    } catch (error) {
      if (this.#stop.signal.aborted) return 0;
      this.#failures += 1;
      const wait = this.#delay();
      this.#around.log.warn(`${this.name} failed`, { error, failures: this.#failures, retryInMs: wait });
      return wait;
    }
  }

  #delay(): number {
    const doubled = this.#backoff.first * 2 ** Math.min(this.#failures - 1, 20);
    return Math.round(Math.min(doubled, this.#backoff.longest) * (0.5 + fraction(this.#around.random) / 2));
  }

  async #rest(milliseconds: number): Promise<void> {
    if (this.#woken || this.#stop.signal.aborted) return;
    this.#nap = new AbortController();
    await this.#around.clock.sleep(milliseconds, this.#nap.signal).catch((error: unknown) => {
      if (!this.#nap.signal.aborted) throw error;
    });
  }
}

/** A number from 0 (inclusive) to 1 (exclusive). */
function fraction(random: Random): number {
  return random.bytes(4).readUInt32BE() / 2 ** 32;
}

import type { Clock } from '../ports/clock.js';

/** Lets so many bytes a second pass, however many there are who bring them. */
export class Pace {
  readonly #clock: Clock;
  readonly #bytesPerSecond: number;
  /** When all that were let pass have had their time. */
  #due = -Infinity;

  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
  }

  /**
   * Resolves when these bytes may pass: once those let pass before have had their time. Who asks first passes first; time
   * in which nobody asked is no credit. Rejects with the signal's reason, and the bytes count as passed.
   */
  async pass(bytes: number, signal?: AbortSignal): Promise<void> {
    const turn = Math.max(this.#due, this.#clock.now());
    this.#due = turn + (bytes / this.#bytesPerSecond) * 1000;
    await this.#until(turn, signal);
  }

  /** Resolves when all that were let pass have had their time; rejects with the signal's reason. */
  async settle(signal?: AbortSignal): Promise<void> {
    await this.#until(this.#due, signal);
  }

  async #until(hour: number, signal?: AbortSignal): Promise<void> {
    const left = hour - this.#clock.now();
    if (left > 0) await this.#clock.sleep(left, signal);
  }
}

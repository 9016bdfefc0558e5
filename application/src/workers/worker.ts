import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Random } from '../ports/random.js';

/** Something that goes on by itself from `start` to `stop`. */
export interface Worker {
  readonly name: string;
  /** Starting twice is harmless; a stopped worker does not start again. */
  start(): void;
  /** Does its step now instead of at the end of its wait; if it is busy, once more right after. */
  wake(): void;
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/** What a worker needs of its surroundings. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

import type { Checkpoint, Ledger, LedgerEvent } from '../ports/ledger.js';

import { Loop } from './loop.js';
import type { Surroundings, Worker } from './worker.js';

/** Which events wake which worker. */
export interface Call {
  readonly worker: Pick<Worker, 'wake'>;
  readonly when: (event: LedgerEvent) => boolean;
}

/** Milliseconds before a stream that ended by itself is opened again. */
const pauseBetweenStreams = 1000;

/**
 * Reads a member's ledger events and wakes workers. Events are hints here: whoever is woken looks at the ledger itself,
 * so that an event seen twice or never harms nobody. After a broken stream it goes on behind the last event it saw.
 */
export class EventBell implements Worker {
  readonly name = 'event-bell';
  readonly #ledger: Pick<Ledger, 'events'>;
  readonly #calls: readonly Call[];
  readonly #loop: Loop;
  #seen: Checkpoint | undefined;

  constructor(ledger: Pick<Ledger, 'events'>, calls: readonly Call[], around: Surroundings) {
    this.#ledger = ledger;
    this.#calls = calls;
    this.#loop = new Loop(this.name, (signal) => this.#follow(signal), around);
  }

  start(): void {
    this.#loop.start();
  }

  wake(): void {
    this.#loop.wake();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #follow(signal: AbortSignal): Promise<number> {
    const from = this.#seen === undefined ? {} : { from: this.#seen };
    for await (const event of this.#ledger.events({ ...from, signal })) {
      this.#seen = event.checkpoint;
      for (const call of this.#calls) if (call.when(event)) call.worker.wake();
    }
    return pauseBetweenStreams;
  }
}

import type { Ledger } from '../ports/ledger.js';
import { EventBell } from './event-bell.js';
import type { Duty } from './rota.js';
import type { Surroundings, Worker } from './worker.js';

/** Duties that start and stop together, with the bell that wakes them. */
export class Crew {
  readonly #workers: readonly Worker[];

  constructor(ledger: Pick<Ledger, 'events'>, duties: readonly Duty[], around: Surroundings) {
    this.#workers = [new EventBell(ledger, duties, around), ...duties.map((duty) => duty.worker)];
  }

  start(): void {
    for (const worker of this.#workers) worker.start();
  }

  /** Resolves when nothing of them runs any more. */
  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }
}

import type { Checkpoint, Ledger, LedgerEvent } from '../ports/ledger.js';

/** Follows what the ledger announces, from a checkpoint or from now, until the signal aborts. */
export class FollowEvents {
  readonly #ledger: Pick<Ledger, 'events'>;

  constructor(ledger: Pick<Ledger, 'events'>) {
    this.#ledger = ledger;
  }

  run(options: { readonly from?: Checkpoint; readonly signal: AbortSignal }): AsyncIterable<LedgerEvent> {
    return this.#ledger.events(options);
  }
}

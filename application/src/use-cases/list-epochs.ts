import { insist, type Row } from '@dstore/chaincode/domain';
import type { Ledger } from '../ports/ledger.js';

/** An epoch; `running` of the one that runs now, with the time in seconds since 1970 at which the next is expected. */
export interface EpochView {
  readonly epoch: Row<'epochs'>;
  readonly running?: { readonly phase: Row<'epoch'>['phase']; readonly next: bigint };
}

/** Shows epochs: one by its number, the one that runs now, or the last ones, newest first. */
export class ListEpochs {
  readonly #ledger: Pick<Ledger, 'read'>;

  constructor(ledger: Pick<Ledger, 'read'>) {
    this.#ledger = ledger;
  }

  /** `last`: at most so many. Refusal `epoch-unknown` for a number that did not come yet. */
  async run(wish: { readonly number?: bigint; readonly last?: number }): Promise<EpochView[]> {
    const now = await this.#ledger.read('epoch');
    insist(now !== undefined, 'epoch-unknown', 'no epoch runs: nobody founded the consortium yet');
    const params = (await this.#ledger.read('params'))?.params;
    const from = wish.number ?? now.number;
    const views: EpochView[] = [];
    for (let at = from; at > 0n && views.length < (wish.last ?? 1); at -= 1n) {
      const epoch = await this.#ledger.read('epochs', String(at));
      if (epoch === undefined) break;
      const next = now.openedAt + (params?.epochLengthSeconds ?? 0n);
      views.push(at === now.number ? { epoch, running: { phase: now.phase, next } } : { epoch });
    }
    insist(wish.number === undefined || views.length > 0, 'epoch-unknown', 'there is no such epoch yet');
    return views;
  }
}

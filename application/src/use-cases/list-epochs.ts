import { insist, type Row } from '@dstore/chaincode/domain';
import type { Ledger } from '../ports/ledger.js';

/** An epoch; `running` of the one that runs now, with the time in seconds since 1970 at which the next is expected. */
export interface EpochView {
  readonly number: bigint;
  /** Undefined of epoch 0, which nothing is drawn in. */
  readonly seed: string | undefined;
  readonly openedAt: bigint;
  readonly revealed: readonly string[];
  readonly withheld: readonly string[];
  readonly running: { readonly phase: Row<'epoch'>['phase']; readonly next: bigint } | undefined;
}

/** Shows epochs: one by its number, the one that runs now, or the last ones, newest first. */
export class ListEpochs {
  readonly #ledger: Pick<Ledger, 'read'>;

  constructor(ledger: Pick<Ledger, 'read'>) {
    this.#ledger = ledger;
  }

  /** `last`: at most so many. Refusal `epoch-unknown` for a number that did not come yet, or is no longer told of. */
  async run(wish: { readonly number?: bigint; readonly last?: number }): Promise<EpochView[]> {
    const now = await this.#ledger.read('epoch');
    insist(now !== undefined, 'epoch-unknown', 'no epoch runs: nobody founded the consortium yet');
    const views: EpochView[] = [];
    for (let at = wish.number ?? now.number; at >= 0n && views.length < (wish.last ?? 1); at -= 1n) {
      const view = at > now.number ? undefined : await this.#view(at, now);
      if (view === undefined) break;
      views.push(view);
    }
    insist(wish.number === undefined || views.length > 0, 'epoch-unknown', 'there is no such epoch');
    return views;
  }

  async #view(number: bigint, now: Row<'epoch'>): Promise<EpochView | undefined> {
    const opened = await this.#ledger.read('epochs', String(number));
    const isNow = number === now.number;
    if (opened === undefined && !isNow) return undefined;
    const length = isNow ? ((await this.#ledger.read('params'))?.params.epochLengthSeconds ?? 0n) : 0n;
    return {
      number,
      seed: opened?.seed,
      openedAt: opened?.openedAt ?? now.openedAt,
      revealed: opened?.revealed ?? [],
      withheld: opened?.withheld ?? [],
      running: isNow ? { phase: now.phase, next: now.openedAt + length } : undefined,
    };
  }
}

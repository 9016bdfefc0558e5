import type { Row, RowKind } from '@dstore/chaincode/domain';
import { Fault } from '../ports/fault.js';
import { type Ledger, type RowEntry, rowsOf } from '../ports/ledger.js';

/** All money of the consortium. `difference` is minted less burned less all that is held: 0, or the law is broken. */
export interface Supply {
  readonly minted: bigint;
  readonly burned: bigint;
  readonly notes: bigint;
  readonly escrow: bigint;
  readonly earned: bigint;
  /** On tabs and in pools. */
  readonly collateral: bigint;
  readonly difference: bigint;
}

/** Passes over the rows before it gives up to find them unchanged. */
const mostPasses = 20;

/** Adds up all money. Rows are read page by page, so it reads until two passes in a row find the same. */
export class ReadSupply {
  readonly #ledger: Pick<Ledger, 'list'>;

  constructor(ledger: Pick<Ledger, 'list'>) {
    this.#ledger = ledger;
  }

  /** Fault `ledger-contended` while money moves faster than it can be counted. */
  async run(): Promise<Supply> {
    let before = '';
    for (let pass = 0; pass < mostPasses; pass += 1) {
      const { supply, trace } = await this.#pass();
      if (trace === before) return supply;
      before = trace;
    }
    throw new Fault('ledger-contended', 'money moves while it is counted', { retryable: true });
  }

  async #pass(): Promise<{ supply: Supply; trace: string }> {
    const mints = await this.#rows('mint');
    const burns = await this.#rows('burn');
    const notes = await this.#rows('note');
    const tabs = await this.#rows('tab');
    const pools = await this.#rows('pool');
    const held = {
      minted: sum(mints, ({ amount }) => amount),
      burned: sum(burns, ({ amount }) => amount),
      notes: sum(notes, ({ amount }) => amount),
      escrow: sum(tabs, ({ escrow }) => escrow),
      earned: sum(tabs, ({ earned }) => earned),
      collateral: sum(tabs, ({ collateral }) => collateral) + sum(pools, ({ collateral }) => collateral),
    };
    const all = held.notes + held.escrow + held.earned + held.collateral;
    const trace = [mints, burns, notes, tabs, pools]
      .flat()
      .flatMap(({ parts, row }) => [
        ...parts,
        ...Object.values(row).flatMap((value) => (typeof value === 'bigint' ? [String(value)] : [])),
      ]);
    return { supply: { ...held, difference: held.minted - held.burned - all }, trace: trace.join() };
  }

  async #rows<K extends RowKind>(kind: K): Promise<RowEntry<K>[]> {
    const entries: RowEntry<K>[] = [];
    for await (const entry of rowsOf(this.#ledger, kind)) entries.push(entry);
    return entries;
  }
}

function sum<K extends RowKind>(entries: readonly RowEntry<K>[], amount: (row: Row<K>) => bigint): bigint {
  return entries.reduce((so, { row }) => so + amount(row), 0n);
}

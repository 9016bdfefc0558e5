import type { Row, RowKind } from '@dstore/chaincode/domain';
import type { Clock } from '../ports/clock.js';
import type { Ledger } from '../ports/ledger.js';

interface Recent {
  readonly at: number;
  readonly row: Promise<unknown>;
}

/** Rows kept at once. */
const mostRows = 10_000;

/** Ledger rows that may be a little old: what a door asks for with every shard. */
export class RecentRows {
  readonly #ledger: Pick<Ledger, 'read'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #milliseconds: number;
  readonly #recent = new Map<string, Recent>();

  constructor(ledger: Pick<Ledger, 'read'>, clock: Pick<Clock, 'now'>, milliseconds = 1000) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#milliseconds = milliseconds;
  }

  /** The row as the ledger had it a moment ago; a failed look is not remembered. */
  read<K extends RowKind>(kind: K, ...parts: string[]): Promise<Row<K> | undefined> {
    const key = [kind, ...parts].join('/');
    const known = this.#recent.get(key);
    if (known !== undefined && known.at + this.#milliseconds > this.#clock.now())
      return known.row as Promise<Row<K> | undefined>;
    const row = this.#ledger.read(kind, ...parts);
    if (this.#recent.size >= mostRows) this.#recent.clear();
    this.#recent.set(key, { at: this.#clock.now(), row });
    row.catch(() => this.#recent.delete(key));
    return row;
  }
}

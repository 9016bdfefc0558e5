import { type Ledger, rowsOf } from '../ports/ledger.js';

/** Leases in one transaction, well under its bound on keys. */
const leasesPerCollection = 50;

/**
 * Turns what the caller's leases have earned into notes of its own, where it is worth a transaction: leases whose earned
 * credits reach `threshold`. Answers the credits collected, 0 when there was nothing to collect.
 */
export class CollectEarnings {
  readonly #ledger: Pick<Ledger, 'caller' | 'read' | 'list' | 'submit'>;
  readonly #threshold: bigint;

  constructor(ledger: Pick<Ledger, 'caller' | 'read' | 'list' | 'submit'>, threshold = 1n) {
    this.#ledger = ledger;
    this.#threshold = threshold;
  }

  async run(): Promise<bigint> {
    const due = await this.#worthCollecting();
    let collected = 0n;
    for (let at = 0; at < due.length; at += leasesPerCollection) {
      const leaseIds = due.slice(at, at + leasesPerCollection);
      const { result } = await this.#ledger.submit('TokenContract:CollectEarnings', { leaseIds });
      collected += result.amount;
    }
    return collected;
  }

  async #worthCollecting(): Promise<string[]> {
    const { msp, id } = this.#ledger.caller;
    const due: string[] = [];
    for await (const { row } of rowsOf(this.#ledger, 'lease')) {
      if (row.provider.msp !== msp || row.provider.id !== id || row.state !== 'active') continue;
      const tab = await this.#ledger.read('tab', row.leaseId);
      if (tab !== undefined && tab.earned >= this.#threshold) due.push(row.leaseId);
    }
    return due;
  }
}

import { defaultReason, type LawCode, Refusal, type Row } from '@dstore/chaincode/domain';

import { type Ledger, rowsOf } from '../ports/ledger.js';

/** What the law answers when somebody else called the default, or the provider proved in the last moment. */
const overtaken: readonly LawCode[] = ['lease-not-in-default', 'lease-not-active'];

/**
 * Calls the default of every active lease that interests the caller and that the law says is in default.
 * Anyone may do it for anyone; twice is harmless. Answers the ids of the leases whose default it called.
 */
export class CallDefaults {
  readonly #ledger: Pick<Ledger, 'read' | 'list' | 'submit'>;
  readonly #ofInterest: (lease: Row<'lease'>) => boolean;

  constructor(
    ledger: Pick<Ledger, 'read' | 'list' | 'submit'>,
    ofInterest: (lease: Row<'lease'>) => boolean = () => true,
  ) {
    this.#ledger = ledger;
    this.#ofInterest = ofInterest;
  }

  async run(): Promise<string[]> {
    const epoch = await this.#ledger.read('epoch');
    if (epoch === undefined) return [];
    const called: string[] = [];
    for await (const { row } of rowsOf(this.#ledger, 'lease')) {
      if (row.state !== 'active' || !this.#ofInterest(row)) continue;
      const tab = await this.#ledger.read('tab', row.leaseId);
      if (tab === undefined || defaultReason(tab, row, epoch.number) === undefined) continue;
      if (await this.#call(row.leaseId)) called.push(row.leaseId);
    }
    return called;
  }

  async #call(leaseId: string): Promise<boolean> {
    try {
      await this.#ledger.submit('LeaseContract:CallDefault', { leaseId });
      return true;
    } catch (error) {
      if (error instanceof Refusal && overtaken.includes(error.code)) return false;
      throw error;
    }
  }
}

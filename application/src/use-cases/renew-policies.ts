import { limits, type Row } from '@dstore/chaincode/domain';

import { type Ledger, rowsOf } from '../ports/ledger.js';

/**
 * Keeps the key-level policies of leases of interest true to who takes part: when the active organizations are others
 * than at its last run, all their policies are renewed, batch by batch. Anyone may do it for anyone; twice is harmless.
 * Answers the ids of the leases whose policy differed.
 */
export class RenewPolicies {
  readonly #ledger: Pick<Ledger, 'list' | 'submit'>;
  readonly #ofInterest: (lease: Row<'lease'>) => boolean;
  #seen = '';

  constructor(
    ledger: Pick<Ledger, 'list' | 'submit'>,
    ofInterest: (lease: Row<'lease'>) => boolean = () => true,
  ) {
    this.#ledger = ledger;
    this.#ofInterest = ofInterest;
  }

  async run(): Promise<string[]> {
    const now = await this.#organizations();
    if (now === this.#seen) return [];
    const leaseIds = await this.#leases();
    const renewed: string[] = [];
    for (let at = 0; at < leaseIds.length; at += limits.leasesPerRenewal) {
      const batch = leaseIds.slice(at, at + limits.leasesPerRenewal);
      const { result } = await this.#ledger.submit('LeaseContract:RenewPolicies', { leaseIds: batch });
      renewed.push(...result.leaseIds);
    }
    this.#seen = now;
    return renewed;
  }

  async #organizations(): Promise<string> {
    const active: string[] = [];
    for await (const { row } of rowsOf(this.#ledger, 'org')) if (row.state === 'active') active.push(row.msp);
    return active.sort().join('/');
  }

  async #leases(): Promise<string[]> {
    const found: string[] = [];
    for await (const { row } of rowsOf(this.#ledger, 'lease'))
      if (row.state === 'active' && this.#ofInterest(row)) found.push(row.leaseId);
    return found;
  }
}

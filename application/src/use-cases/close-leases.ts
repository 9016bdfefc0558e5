import {
  type Account,
  finalTerms,
  type LawCode,
  Refusal,
  type Row,
  sameAccount,
} from '@dstore/chaincode/domain';

import { type Ledger, rowsOf } from '../ports/ledger.js';

/** What the law answers when the other party was faster, the lease was extended, or it is in default instead. */
const overtaken: readonly LawCode[] = ['lease-not-active', 'lease-not-ended'];

/**
 * Closes the caller's leases, as owner or provider, whose term and grace are over, so that both get what is theirs.
 * Twice is harmless. Answers the ids of the leases it closed.
 */
export class CloseLeases {
  readonly #ledger: Pick<Ledger, 'caller' | 'read' | 'list' | 'submit'>;

  constructor(ledger: Pick<Ledger, 'caller' | 'read' | 'list' | 'submit'>) {
    this.#ledger = ledger;
  }

  async run(): Promise<string[]> {
    const epoch = await this.#ledger.read('epoch');
    if (epoch === undefined) return [];
    const closed: string[] = [];
    for await (const { row } of rowsOf(this.#ledger, 'lease'))
      if (isOf(row, this.#ledger.caller) && hasEnded(row, epoch.number) && (await this.#close(row.leaseId)))
        closed.push(row.leaseId);
    return closed;
  }

  async #close(leaseId: string): Promise<boolean> {
    try {
      await this.#ledger.submit('LeaseContract:CloseLease', { leaseId });
      return true;
    } catch (error) {
      if (error instanceof Refusal && overtaken.includes(error.code)) return false;
      throw error;
    }
  }
}

function isOf(lease: Row<'lease'>, caller: Account): boolean {
  return sameAccount(lease.owner, caller) || sameAccount(lease.provider, caller);
}

function hasEnded(lease: Row<'lease'>, epoch: bigint): boolean {
  return lease.state === 'active' && epoch > finalTerms(lease).lastEpoch + lease.pinned.graceEpochs;
}

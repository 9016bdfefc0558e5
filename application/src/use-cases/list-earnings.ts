import { dueOf } from '@dstore/chaincode/domain';
import { type Ledger, rowsOf } from '../ports/ledger.js';
import { ListAudits } from './list-audits.js';

/** What came of one epoch for a disk. */
export interface EpochEarnings {
  readonly epoch: bigint;
  /** Rent of all leases that were to be proven. */
  readonly due: bigint;
  /** What was paid of it. */
  readonly earned: bigint;
  /** Leases that no proof was shown of. */
  readonly missed: number;
}

/** Lists what a disk earned and missed, newest epoch first, of the epochs that {@link ListAudits} looks through. */
export class ListEarnings {
  readonly #ledger: Pick<Ledger, 'read' | 'list'>;
  readonly #listAudits: ListAudits;

  constructor(ledger: Pick<Ledger, 'read' | 'list'>) {
    this.#ledger = ledger;
    this.#listAudits = new ListAudits(ledger);
  }

  async run(diskId: string): Promise<EpochEarnings[]> {
    const leases = new Map<string, Parameters<typeof dueOf>[0]>();
    for await (const { row } of rowsOf(this.#ledger, 'lease'))
      if (row.diskId === diskId) leases.set(row.leaseId, row);
    const byEpoch = Map.groupBy(await this.#listAudits.run({ diskId }), ({ epoch }) => epoch);
    return [...byEpoch].map(([epoch, audits]) => {
      const judged = [...new Set(audits.map(({ leaseId }) => leaseId))];
      return {
        epoch,
        due: judged.reduce((sum, leaseId) => {
          const lease = leases.get(leaseId);
          return lease === undefined ? sum : sum + dueOf(lease, epoch);
        }, 0n),
        earned: audits.reduce((sum, { paid }) => sum + paid, 0n),
        missed: audits.filter(({ verdict }) => verdict === 'missed').length,
      };
    });
  }
}

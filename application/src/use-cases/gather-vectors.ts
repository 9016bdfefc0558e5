import { offerIn, type Row, ShardVector } from '@dstore/chaincode/domain';
import type { LeaseVector } from '../ports/catalog.js';
import { Fault } from '../ports/fault.js';
import { rowsOf } from '../ports/ledger.js';
import type { VaultMeans } from './vault.js';

/**
 * Asks the providers of a vault's active leases for their vectors and believes those whose root the ledger holds. For a
 * vault whose entries don't lead to them any more.
 */
export class GatherVectors {
  readonly #means: Pick<VaultMeans, 'vaultId' | 'ledger' | 'doors'>;

  constructor(means: Pick<VaultMeans, 'vaultId' | 'ledger' | 'doors'>) {
    this.#means = means;
  }

  /** Leases that nothing was committed for are left out. Fault `shards-unreachable` while one can't be had. */
  async run(): Promise<LeaseVector[]> {
    const { ledger, vaultId } = this.#means;
    const epoch = (await ledger.read('epoch'))?.number ?? 0n;
    const found: LeaseVector[] = [];
    for await (const { row } of rowsOf(ledger, 'lease')) {
      if (row.vaultId !== vaultId || row.state !== 'active') continue;
      const vector = await this.#vector(row, epoch);
      if (vector !== undefined) found.push(vector);
    }
    return found;
  }

  async #vector({ leaseId, diskId }: Row<'lease'>, epoch: bigint): Promise<LeaseVector | undefined> {
    const { ledger, doors } = this.#means;
    const tip = await ledger.read('tip', leaseId);
    if (tip === undefined) return undefined;
    const content = await ledger.read('content', leaseId, tip.epoch.toString());
    const disk = await ledger.read('disk', diskId);
    const answer = await (disk &&
      doors
        .at(offerIn(disk, epoch).door)
        .contents(leaseId, tip.revision)
        .catch(() => undefined));
    if (answer === undefined || ShardVector.of(answer.entries).root !== content?.root)
      throw new Fault('shards-unreachable', `${diskId} does not say what lies under lease ${leaseId}`, {
        retryable: true,
      });
    return { leaseId, diskId, revision: tip.revision, entries: answer.entries };
  }
}

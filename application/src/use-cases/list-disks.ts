import { insist, type Offer, offerIn, type Row } from '@dstore/chaincode/domain';
import { type Ledger, rowsOf } from '../ports/ledger.js';

/** A disk with the offer that counts now and its pool. */
export interface DiskView {
  readonly diskId: string;
  readonly provider: Row<'disk'>['provider'];
  readonly offer: Offer;
  readonly reservedBytes: bigint;
  readonly collateral: bigint;
}

/** Lists disks of the consortium, or finds one. */
export class ListDisks {
  readonly #ledger: Pick<Ledger, 'read' | 'list'>;

  constructor(ledger: Pick<Ledger, 'read' | 'list'>) {
    this.#ledger = ledger;
  }

  /** Refusal `disk-unknown` where an id is asked for that the ledger does not know. */
  async run(diskId?: string): Promise<DiskView[]> {
    const epoch = (await this.#ledger.read('epoch'))?.number ?? 0n;
    const views: DiskView[] = [];
    for await (const { row } of rowsOf(this.#ledger, 'disk')) {
      if (diskId !== undefined && row.diskId !== diskId) continue;
      const pool = await this.#ledger.read('pool', row.diskId);
      views.push({
        diskId: row.diskId,
        provider: row.provider,
        offer: offerIn(row, epoch),
        reservedBytes: pool?.reservedBytes ?? 0n,
        collateral: pool?.collateral ?? 0n,
      });
    }
    insist(diskId === undefined || views.length > 0, 'disk-unknown', 'the ledger has no such disk');
    return views;
  }
}

import { insist, type Offer, offerIn, type Row } from '@dstore/chaincode/domain';
import { type Ledger, rowsOf } from '../ports/ledger.js';

/** A disk with the offer that counts now and its pool. */
export interface DiskView {
  readonly diskId: string;
  readonly provider: Row<'disk'>['provider'];
  readonly offer: Offer;
  readonly reservedBytes: bigint;
  /** Bytes that nobody has leased, 0 where the offer has become smaller than what is. */
  readonly freeBytes: bigint;
  readonly collateral: bigint;
}

/** Which disks are wanted; what is absent narrows nothing. */
export interface DiskWish {
  readonly diskId?: string;
  /** MSP id of the provider. */
  readonly organization?: string | undefined;
  readonly site?: string | undefined;
  readonly state?: Offer['state'] | undefined;
  readonly minFreeBytes?: bigint | undefined;
  /** Credits per GiB and epoch. */
  readonly maxPrice?: bigint | undefined;
}

/** Lists disks of the consortium, or finds one. */
export class ListDisks {
  readonly #ledger: Pick<Ledger, 'read' | 'list'>;

  constructor(ledger: Pick<Ledger, 'read' | 'list'>) {
    this.#ledger = ledger;
  }

  /** Refusal `disk-unknown` where an id is asked for that the ledger does not know. */
  async run(wish: DiskWish = {}): Promise<DiskView[]> {
    const { diskId } = wish;
    const epoch = (await this.#ledger.read('epoch'))?.number ?? 0n;
    const views: DiskView[] = [];
    for await (const { row } of rowsOf(this.#ledger, 'disk'))
      if (diskId === undefined || row.diskId === diskId) views.push(await this.#view(row, epoch));
    insist(diskId === undefined || views.length > 0, 'disk-unknown', 'the ledger has no such disk');
    return views.filter((view) => fits(view, wish));
  }

  async #view(row: Row<'disk'>, epoch: bigint): Promise<DiskView> {
    const pool = await this.#ledger.read('pool', row.diskId);
    const offer = offerIn(row, epoch);
    const { reservedBytes, collateral } = pool ?? { reservedBytes: 0n, collateral: 0n };
    const freeBytes = offer.capacityBytes > reservedBytes ? offer.capacityBytes - reservedBytes : 0n;
    return { diskId: row.diskId, provider: row.provider, offer, reservedBytes, freeBytes, collateral };
  }
}

function fits({ provider, offer, freeBytes }: DiskView, wish: DiskWish): boolean {
  const { organization, site, state, minFreeBytes, maxPrice } = wish;
  return (
    (organization === undefined || provider.msp === organization) &&
    (site === undefined || offer.site === site) &&
    (state === undefined || offer.state === state) &&
    (minFreeBytes === undefined || freeBytes >= minFreeBytes) &&
    (maxPrice === undefined || offer.price <= maxPrice)
  );
}

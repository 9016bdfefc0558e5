import { type Content, finalTerms, insist, missesInRow, type Row } from '@dstore/chaincode/domain';
import { type Ledger, rowsOf } from '../ports/ledger.js';

/** A lease with its money and content, as the ledger has them. */
export interface LeaseView {
  readonly lease: Row<'lease'>;
  readonly tab: Row<'tab'>;
  readonly content: Content | undefined;
  readonly missesInRow: bigint;
  readonly lastEpoch: bigint;
  readonly capacityBytes: bigint;
}

/** Lists leases of the consortium, or finds one. */
export class ListLeases {
  readonly #ledger: Pick<Ledger, 'read' | 'list'>;

  constructor(ledger: Pick<Ledger, 'read' | 'list'>) {
    this.#ledger = ledger;
  }

  /** Refusal `lease-unknown` where an id is asked for that the ledger does not know. */
  async run(wish: {
    readonly leaseId?: string;
    readonly state?: Row<'lease'>['state'];
  }): Promise<LeaseView[]> {
    const epoch = (await this.#ledger.read('epoch'))?.number ?? 0n;
    if (wish.leaseId !== undefined) {
      const known = /^[0-9a-f]{32}$/.test(wish.leaseId)
        ? await this.#ledger.read('lease', wish.leaseId)
        : undefined;
      insist(known !== undefined, 'lease-unknown', 'the ledger has no such lease');
      return [await this.#view(known, epoch)];
    }
    const views: LeaseView[] = [];
    for await (const { row } of rowsOf(this.#ledger, 'lease'))
      if (wish.state === undefined || row.state === wish.state) views.push(await this.#view(row, epoch));
    return views;
  }

  async #view(lease: Row<'lease'>, epoch: bigint): Promise<LeaseView> {
    const tab = await this.#ledger.read('tab', lease.leaseId);
    if (tab === undefined) throw new Error('invariant: a lease without a tab');
    const tip = await this.#ledger.read('tip', lease.leaseId);
    const content =
      tip === undefined ? undefined : await this.#ledger.read('content', lease.leaseId, String(tip.epoch));
    const { lastEpoch, capacityBytes } = finalTerms(lease);
    const missed = lease.state === 'active' ? missesInRow(tab, lease, epoch) : 0n;
    return { lease, tab, content, lastEpoch, capacityBytes, missesInRow: missed };
  }
}

import { type Offer, offerIn, roomOf, type Row } from '@dstore/chaincode/domain';

import type { TargetDisk } from '../core/repair-plan.js';
import { type Ledger, rowsOf } from '../ports/ledger.js';

/**
 * Lists all disks with the room that rebuilt shards of a vault find there: what its lease there still holds, or,
 * where it has none and the disk is offering, what the disk has not promised to anybody.
 * A disk in `avoid` takes nothing; one whose provider defaulted on a lease of the vault is a last resort.
 */
export class FindTargets {
  readonly #ledger: Pick<Ledger, 'read' | 'list'>;
  readonly #vaultId: string;

  constructor(ledger: Pick<Ledger, 'read' | 'list'>, vaultId: string) {
    this.#ledger = ledger;
    this.#vaultId = vaultId;
  }

  async run(avoid: ReadonlySet<string>): Promise<TargetDisk[]> {
    const epoch = (await this.#ledger.read('epoch'))?.number ?? 0n;
    const leases = new Map<string, Row<'lease'>[]>();
    for await (const { row } of rowsOf(this.#ledger, 'lease'))
      if (row.vaultId === this.#vaultId) leases.set(row.diskId, [...(leases.get(row.diskId) ?? []), row]);
    const targets: TargetDisk[] = [];
    for await (const { row } of rowsOf(this.#ledger, 'disk')) {
      const { diskId, provider } = row;
      const offer = offerIn(row, epoch);
      const own = leases.get(diskId) ?? [];
      const free = avoid.has(diskId) ? 0n : await this.#free(diskId, offer, own, epoch);
      const lastResort = own.some((lease) => lease.state === 'defaulted');
      const freeBytes = Number(free > 0n ? free : 0n);
      targets.push({ diskId, msp: provider.msp, site: offer.site, freeBytes, lastResort });
    }
    return targets;
  }

  async #free(diskId: string, offer: Offer, leases: readonly Row<'lease'>[], epoch: bigint): Promise<bigint> {
    const active = leases.find((lease) => lease.state === 'active');
    if (active !== undefined) return roomOf(active, epoch) - (await this.#used(active.leaseId));
    if (offer.state !== 'offering') return 0n;
    const reserved = (await this.#ledger.read('pool', diskId))?.reservedBytes ?? 0n;
    return offer.capacityBytes - reserved;
  }

  /** Accounted bytes of the last committed content. */
  async #used(leaseId: string): Promise<bigint> {
    let last = { revision: -1n, bytes: 0n };
    for await (const { row } of rowsOf(this.#ledger, 'content', [leaseId]))
      if (row.revision > last.revision) last = row;
    return last.bytes;
  }
}

import { accountedBytes } from '@dstore/chaincode/domain';
import type { Catalog, Usage } from '../ports/catalog.js';
import { type Ledger, rowsOf } from '../ports/ledger.js';

/** What a vault holds, and what it holds for nothing. */
export interface UsageView extends Usage {
  /** Accounted bytes that active leases hold beyond what the catalog's vectors name. */
  readonly orphanBytes: bigint;
  readonly leasedBytes: bigint;
}

/** Reads how much a vault stores, from its catalog and the contents of its active leases on the ledger. */
export class ReadUsage {
  readonly #ledger: Pick<Ledger, 'read' | 'list'>;
  readonly #catalog: Pick<Catalog, 'usage' | 'mirrors'>;
  readonly #vaultId: string;

  constructor(
    ledger: Pick<Ledger, 'read' | 'list'>,
    catalog: Pick<Catalog, 'usage' | 'mirrors'>,
    vaultId: string,
  ) {
    this.#ledger = ledger;
    this.#catalog = catalog;
    this.#vaultId = vaultId;
  }

  async run(): Promise<UsageView> {
    let heldBytes = 0n;
    let leasedBytes = 0n;
    const active = new Set<string>();
    for await (const { row: lease } of rowsOf(this.#ledger, 'lease')) {
      if (lease.vaultId !== this.#vaultId || lease.state !== 'active') continue;
      active.add(lease.leaseId);
      leasedBytes += lease.terms.capacityBytes;
      const tip = await this.#ledger.read('tip', lease.leaseId);
      const content = tip && (await this.#ledger.read('content', lease.leaseId, String(tip.epoch)));
      heldBytes += content?.bytes ?? 0n;
    }
    const wanted = this.#wanted(active);
    const orphanBytes = heldBytes > wanted ? heldBytes - wanted : 0n;
    return { ...this.#catalog.usage(), orphanBytes, leasedBytes };
  }

  #wanted(active: ReadonlySet<string>): bigint {
    let bytes = 0n;
    for (const { leaseId, shards } of this.#catalog.mirrors())
      if (active.has(leaseId)) for (const shard of shards) bytes += accountedBytes(shard.size);
    return bytes;
  }
}

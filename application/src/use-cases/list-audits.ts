import { missedEpochs, type ShownAudit, shownVerdict } from '../core/audit-view.js';
import { type Ledger, rowsOf } from '../ports/ledger.js';

/** Epochs that are looked through where none is named. */
const lookBack = 50n;

/** Which audits are wanted. */
export interface AuditWish {
  readonly epoch?: bigint;
  readonly diskId?: string;
  readonly leaseId?: string;
  readonly verdict?: ShownAudit['verdict'];
}

/** Lists verdicts, newest epoch first; an epoch that ended without one within a lease's term shows as missed. */
export class ListAudits {
  readonly #ledger: Pick<Ledger, 'read' | 'list'>;

  constructor(ledger: Pick<Ledger, 'read' | 'list'>) {
    this.#ledger = ledger;
  }

  async run(wish: AuditWish = {}): Promise<ShownAudit[]> {
    const now = (await this.#ledger.read('epoch'))?.number ?? 0n;
    const first = wish.epoch ?? (now > lookBack ? now - lookBack : 1n);
    const last = wish.epoch ?? now;
    const found: ShownAudit[] = [];
    for (let epoch = first; epoch <= last && epoch <= now; epoch += 1n)
      found.push(...(await this.#judged(epoch)));
    const judged = new Set(found.map(({ epoch, leaseId }) => `${epoch}/${leaseId}`));
    for await (const { row: lease } of rowsOf(this.#ledger, 'lease')) {
      const tab = await this.#ledger.read('tab', lease.leaseId);
      if (tab === undefined) continue;
      for (const epoch of missedEpochs(lease, tab, now, { first, last }))
        if (!judged.has(`${epoch}/${lease.leaseId}`))
          found.push({ epoch, diskId: lease.diskId, leaseId: lease.leaseId, verdict: 'missed', paid: 0n });
    }
    return found.filter((audit) => fits(audit, wish)).sort(newestFirst);
  }

  async #judged(epoch: bigint): Promise<ShownAudit[]> {
    const found: ShownAudit[] = [];
    for await (const { parts, row } of rowsOf(this.#ledger, 'audit', [String(epoch)]))
      for (const verdict of row.verdicts)
        found.push({ epoch, diskId: row.diskId, batchId: parts[2] ?? '', ...shownVerdict(verdict) });
    return found;
  }
}

function fits(audit: ShownAudit, { diskId, leaseId, verdict }: AuditWish): boolean {
  return (
    (diskId === undefined || audit.diskId === diskId) &&
    (leaseId === undefined || audit.leaseId === leaseId) &&
    (verdict === undefined || audit.verdict === verdict)
  );
}

function newestFirst(a: ShownAudit, b: ShownAudit): number {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch ? -1 : 1;
  return a.diskId < b.diskId ? -1 : Number(a.diskId > b.diskId);
}

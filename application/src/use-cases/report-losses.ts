import { type Entry, limits, Refusal } from '@dstore/chaincode/domain';
import type { Ledger } from '../ports/ledger.js';
import type { Log } from '../ports/log.js';

/** A shard that its provider should have and has not, where the lease's content names it. */
export interface MissingShard {
  readonly leaseId: string;
  readonly index: number;
  readonly entry: Entry;
}

/** Codes that say that there is nothing to report any more: the loss is known, the lease has ended, its list is full. */
const settled = ['loss-repeated', 'lease-not-active', 'batch-too-large'];

/** Tells the ledger of lost shards, each once: costs an epoch's rent each, and is cheaper than being found out. */
export class ReportLosses {
  readonly #ledger: Pick<Ledger, 'read' | 'submit'>;
  readonly #log: Log;

  constructor(ledger: Pick<Ledger, 'read' | 'submit'>, log: Log) {
    this.#ledger = ledger;
    this.#log = log;
  }

  /** Answers how many losses are new to the ledger. */
  async run(missing: readonly MissingShard[]): Promise<number> {
    let reported = 0;
    for (const leaseId of new Set(missing.map((shard) => shard.leaseId)))
      reported += await this.#report(
        leaseId,
        missing.filter((shard) => shard.leaseId === leaseId),
      );
    return reported;
  }

  async #report(leaseId: string, missing: readonly MissingShard[]): Promise<number> {
    const known = new Set((await this.#ledger.read('tab', leaseId))?.losses.map(({ digest }) => digest));
    const fresh = missing.filter(
      ({ entry }, at) =>
        !known.has(entry.digest) && missing.findIndex((other) => other.entry.digest === entry.digest) === at,
    );
    const losses = fresh
      .slice(0, limits.lossesPerReport)
      .map(({ index, entry }) => ({ index: BigInt(index), entry }));
    if (losses.length === 0) return 0;
    this.#log.warn('shards are lost', { leaseId, count: losses.length });
    try {
      await this.#ledger.submit('AuditContract:ReportLoss', { leaseId, losses });
      return losses.length;
    } catch (error) {
      if (error instanceof Refusal && settled.includes(error.code)) return 0;
      throw error;
    }
  }
}

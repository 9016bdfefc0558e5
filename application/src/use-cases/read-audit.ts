import type { Row } from '@dstore/chaincode/domain';
import type { Doors } from '../ports/door.js';
import { Denial } from '../ports/fault.js';
import type { Ledger } from '../ports/ledger.js';
import { FetchBundle } from './fetch-bundle.js';
import { ReplayAudits, type ReplayedVerdict } from './replay-audits.js';

/** What names an audit on the ledger. */
export interface AuditName {
  readonly epoch: bigint;
  readonly diskId: string;
  readonly batchId: string;
}

/** Reads one audit: what the ledger says of it, the proofs that it was judged by, and what they come to when judged again. */
export class ReadAudit {
  readonly #ledger: Pick<Ledger, 'read'>;
  readonly #fetchBundle: FetchBundle;
  readonly #replayAudits: ReplayAudits;

  constructor(ledger: Pick<Ledger, 'read' | 'list' | 'channel'>, doors: Pick<Doors, 'at'>) {
    this.#ledger = ledger;
    this.#fetchBundle = new FetchBundle(ledger, doors);
    this.#replayAudits = new ReplayAudits(ledger, doors);
  }

  /** Denial `audit-unknown`. */
  async run({ epoch, diskId, batchId }: AuditName): Promise<Row<'audit'>> {
    const audit = await this.#ledger.read('audit', String(epoch), diskId, batchId);
    if (audit === undefined) throw new Denial('audit-unknown', 'the ledger has no such audit');
    return audit;
  }

  /** The proofs as the endorsers received them. Denials `audit-unknown`, and `bundle-expired` when they can't be had. */
  async bundle(name: AuditName): Promise<Uint8Array> {
    const bundle = await this.#fetchBundle.run(await this.run(name));
    if (bundle === undefined)
      throw new Denial('bundle-expired', 'the provider no longer hands this bundle out');
    return bundle;
  }

  /** Judges it again; Denial `audit-unknown`. */
  async replay(name: AuditName): Promise<ReplayedVerdict[]> {
    return this.#replayAudits.one(await this.run(name), name.batchId);
  }
}

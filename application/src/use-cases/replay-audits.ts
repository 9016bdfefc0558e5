import {
  judge,
  type LeaseProof,
  parseBundle,
  Refusal,
  type Row,
  type Verdict,
} from '@dstore/chaincode/domain';
import type { Doors } from '../ports/door.js';
import { type Ledger, rowsOf } from '../ports/ledger.js';
import { FetchBundle } from './fetch-bundle.js';

/** What came of judging a verdict again. `gone`: the bundle, or what it was judged against, can't be had any more. */
export interface ReplayedVerdict {
  readonly diskId: string;
  readonly batchId: string;
  readonly leaseId: string;
  readonly verdict: Verdict['verdict'];
  readonly outcome: 'agrees' | 'differs' | 'gone';
}

/**
 * Judges an epoch's audits again from the bundles that providers keep: the bundle must have the digest that is on the
 * ledger, and the answers lead to the verdict that is there. Believes no provider: a bundle that is missing or another one
 * is `gone`, never good. Cures of losses are not judged again.
 */
export class ReplayAudits {
  readonly #ledger: Pick<Ledger, 'read' | 'list' | 'channel'>;
  readonly #fetchBundle: FetchBundle;

  constructor(ledger: Pick<Ledger, 'read' | 'list' | 'channel'>, doors: Pick<Doors, 'at'>) {
    this.#ledger = ledger;
    this.#fetchBundle = new FetchBundle(ledger, doors);
  }

  /** All audits of an epoch. */
  async run(epoch: bigint): Promise<ReplayedVerdict[]> {
    const found: ReplayedVerdict[] = [];
    for await (const { parts, row } of rowsOf(this.#ledger, 'audit', [epoch.toString()]))
      found.push(...(await this.one(row, parts[2] ?? '')));
    return found;
  }

  /** One audit: a verdict for each of its leases that was asked something. */
  async one(audit: Row<'audit'>, batchId: string): Promise<ReplayedVerdict[]> {
    const { epoch, diskId } = audit;
    const seed = (await this.#ledger.read('epochs', epoch.toString()))?.seed;
    const proofs = await this.#proofs(audit);
    const found: ReplayedVerdict[] = [];
    for (const { leaseId, ...given } of audit.verdicts) {
      const proof = proofs?.find((one) => one.leaseId === leaseId);
      const outcome =
        proof === undefined || seed === undefined
          ? 'gone'
          : await this.#judged(audit, seed, proof, { leaseId, ...given });
      if (outcome === undefined) continue;
      found.push({ diskId, batchId, leaseId, verdict: given.verdict, outcome });
    }
    return found;
  }

  /** The proofs of the bundle that was judged; undefined when it can't be had. */
  async #proofs(audit: Row<'audit'>): Promise<LeaseProof[] | undefined> {
    const bundle = await this.#fetchBundle.run(audit);
    if (bundle === undefined) return undefined;
    try {
      return parseBundle(bundle);
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }

  /** Undefined for a verdict that asked nothing of the proof. */
  async #judged(
    { epoch, contents = [] }: Row<'audit'>,
    seed: string,
    proof: LeaseProof,
    { leaseId, verdict, reason }: Verdict,
  ): Promise<ReplayedVerdict['outcome'] | undefined> {
    const content = contents.find((one) => one.leaseId === leaseId);
    const lease = await this.#ledger.read('lease', leaseId);
    if (content === undefined && verdict === 'refused') return undefined;
    if (content === undefined || lease === undefined) return 'gone';
    const { channel } = this.#ledger;
    const { challenges } = lease.pinned;
    const again = judge({ channel, seed, epoch, leaseId, challenges, losses: [] }, content, proof);
    const expected = verdict === 'proven' || reason === 'loss-uncured' ? undefined : reason;
    return again.reason === expected ? 'agrees' : 'differs';
  }
}

import {
  judge,
  type LeaseProof,
  offerIn,
  parseBundle,
  Refusal,
  type Row,
  sha256,
  type Verdict,
} from '@dstore/chaincode/domain';
import type { Doors } from '../ports/door.js';
import { type Ledger, rowsOf } from '../ports/ledger.js';

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
  readonly #doors: Pick<Doors, 'at'>;

  constructor(ledger: Pick<Ledger, 'read' | 'list' | 'channel'>, doors: Pick<Doors, 'at'>) {
    this.#ledger = ledger;
    this.#doors = doors;
  }

  async run(epoch: bigint): Promise<ReplayedVerdict[]> {
    const seed = (await this.#ledger.read('epochs', epoch.toString()))?.seed;
    const found: ReplayedVerdict[] = [];
    for await (const { parts, row } of rowsOf(this.#ledger, 'audit', [epoch.toString()])) {
      const proofs = await this.#proofs(row);
      for (const { leaseId, ...given } of row.verdicts) {
        const proof = proofs?.find((one) => one.leaseId === leaseId);
        const outcome =
          proof === undefined || seed === undefined
            ? 'gone'
            : await this.#judged(row, seed, proof, { leaseId, ...given });
        if (outcome === undefined) continue;
        const { verdict } = given;
        found.push({ diskId: row.diskId, batchId: parts[2] ?? '', leaseId, verdict, outcome });
      }
    }
    return found;
  }

  /** The proofs of the bundle that was judged; undefined when it can't be had. */
  async #proofs({ diskId, digest }: Row<'audit'>): Promise<LeaseProof[] | undefined> {
    const [disk, epoch] = await Promise.all([this.#ledger.read('disk', diskId), this.#ledger.read('epoch')]);
    if (disk === undefined) return undefined;
    const door = this.#doors.at(offerIn(disk, epoch?.number ?? 0n).door);
    const bundle = await door.getBundle(digest).catch(() => undefined);
    if (bundle === undefined || sha256(bundle).toString('hex') !== digest) return undefined;
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

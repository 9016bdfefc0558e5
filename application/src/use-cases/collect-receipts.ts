import { type Content, Refusal } from '@dstore/chaincode/domain';
import type { Geometry } from '../core/geometry.js';
import { place } from '../core/placement.js';
import { maxShardBytes } from '../core/shard.js';
import { Denial } from '../ports/fault.js';
import type { Log } from '../ports/log.js';
import type { LeaseCommit } from './build-flush.js';
import { Patience } from './patience.js';
import type { Vault } from './vault.js';

/** Least milliseconds that a provider may take longer to sign than half of them did. */
const leastPatience = 5_000;

/** A lease's new content with its provider's signature, as a commit names it. */
export interface SignedContent {
  readonly leaseId: string;
  readonly content: Content;
  readonly lastEpoch: bigint;
  readonly receipt: string;
}

/** Providers that would not sign; the flush is built without their disks. */
export class Unsigned extends Error {
  readonly reasons: readonly unknown[];

  constructor(reasons: readonly unknown[]) {
    super(`${reasons.length} providers did not sign`);
    this.name = 'Unsigned';
    this.reasons = reasons;
  }
}

/**
 * Has every provider that a flush touches sign for its lease's new content. Whoever does not is noted as failing, and so
 * is who keeps the others waiting where stripes find disks enough without it. Throws {@link Unsigned} then; Refusal
 * `revision-stale` when providers did not sign because another gateway has committed.
 */
export class CollectReceipts {
  readonly #vault: Vault;
  readonly #log: Log;

  constructor(vault: Vault, log: Log) {
    this.#vault = vault;
    this.#log = log;
  }

  async run(
    commits: readonly LeaseCommit[],
    lastEpoch: bigint,
    geometry: Geometry,
  ): Promise<SignedContent[]> {
    const patience = new Patience(this.#vault.means.clock, Math.ceil(commits.length / 2), leastPatience);
    const outcomes = await Promise.allSettled(
      commits.map((commit) => this.#signed(commit, lastEpoch, geometry, patience)),
    );
    patience.end();
    const failed = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' ? [{ index, reason: outcome.reason as unknown }] : [],
    );
    if (await this.#isBehind(failed.map(({ reason }) => reason)))
      throw new Refusal('revision-stale', 'the providers know of a later commit');
    for (const { index, reason } of failed) {
      const { diskId, leaseId } = (commits[index] as LeaseCommit).layout;
      this.#log.warn('no receipt', { diskId, leaseId, error: reason });
      this.#vault.noteFailure(diskId);
    }
    if (failed.length > 0) throw new Unsigned(failed.map(({ reason }) => reason));
    return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  }

  async #signed(
    { layout, changes, content }: LeaseCommit,
    lastEpoch: bigint,
    geometry: Geometry,
    patience: Patience,
  ): Promise<SignedContent> {
    const { leaseId, diskId } = layout;
    const stop = new AbortController();
    const request = { leaseId, changes, content, lastEpoch };
    const signing = this.#vault.doorOf(diskId).signReceipt(request, stop.signal);
    const first = await Promise.race([signing, patience.lost]);
    if (first === undefined && this.#canSpare(diskId, geometry)) {
      stop.abort();
      signing.catch(() => undefined);
      throw new Error(`disk ${diskId} kept the flush waiting`);
    }
    const receipt = first ?? (await signing);
    patience.count();
    return { leaseId, content, lastEpoch, receipt };
  }

  /** Whether a stripe finds as many disks without this one. */
  #canSpare(diskId: string, geometry: Geometry): boolean {
    const disks = this.#vault.candidates();
    const request = { disks, geometry, seed: Buffer.alloc(16), shardSizeBytes: maxShardBytes };
    return place({ ...request, exclude: new Set([diskId]) }).kind === 'placement';
  }

  /** Whether providers did not sign because another gateway has committed: no fault of theirs. */
  async #isBehind(reasons: readonly unknown[]): Promise<boolean> {
    const diverged = reasons.some((reason) => reason instanceof Denial && reason.code === 'content-diverged');
    if (!diverged) return false;
    const { ledger, catalog, vaultId } = this.#vault.means;
    const row = await ledger.read('vault', vaultId);
    return row !== undefined && row.revision > catalog.revision();
  }
}

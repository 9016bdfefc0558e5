import {
  type Account,
  insist,
  insistActive,
  Refusal,
  type Row,
  sameAccount,
  ShardVector,
  termsIn,
} from '@dstore/chaincode/domain';
import { UncommittedShards } from '../core/uncommitted-shards.js';
import type { Agent } from '../ports/agent.js';
import type { Bundles } from '../ports/bundles.js';
import type { Clock } from '../ports/clock.js';
import type { Disk } from '../ports/disk.js';
import type { LeaseBook } from '../ports/lease-book.js';
import type { LeaseJournal } from '../ports/lease-journal.js';
import type { Ledger } from '../ports/ledger.js';
import type { Log } from '../ports/log.js';
import { RebuildLease } from './rebuild-lease.js';
import { RecentRows } from './recent-rows.js';

/** What a provider's use cases on one disk are made of; the ledger speaks as the disk's agent. */
export interface LeasedDiskMeans {
  readonly diskId: string;
  readonly ledger: Ledger;
  readonly disk: Disk;
  readonly book: LeaseBook;
  readonly journal: LeaseJournal;
  readonly bundles: Bundles;
  readonly agent: Agent;
  readonly clock: Clock;
  readonly log: Log;
}

/** Vectors kept in memory at once. */
const mostVectors = 64;

/**
 * A disk under leases as its provider knows it between requests. The book is what it answers for; what is on the disk
 * and in no book is remembered in memory only, and deleted when the provider starts again.
 */
export class LeasedDisk {
  readonly means: LeasedDiskMeans;
  readonly rows: RecentRows;
  readonly uncommitted = new UncommittedShards();
  readonly #vectors = new Map<string, { readonly revision: bigint; readonly vector: ShardVector }>();
  readonly #removals = new Map<string, Promise<void>>();
  readonly #turns = new Map<string, Promise<unknown>>();

  private constructor(means: LeasedDiskMeans) {
    this.means = means;
    this.rows = new RecentRows(means.ledger, means.clock);
  }

  /**
   * Opens the disk, brings the book to where the ledger is, and deletes what it does not name. While the ledger can't be
   * asked, or knows of a content that the book lacks, nothing is deleted: the book may be the one that is wrong (F-100).
   */
  static async open(means: LeasedDiskMeans): Promise<LeasedDisk> {
    if (await isComplete(means))
      for await (const { digest } of means.disk.list())
        if (!means.book.names(digest)) await means.disk.remove(digest);
    return new LeasedDisk(means);
  }

  /** The lease as it stands for its owner; refuses others' leases, those that have ended, and other disks'. */
  async ownedLease(caller: Account, leaseId: string): Promise<{ lease: Row<'lease'>; epoch: bigint }> {
    const [lease, epoch] = await Promise.all([this.rows.read('lease', leaseId), this.rows.read('epoch')]);
    const here = lease?.diskId === this.means.diskId ? lease : undefined;
    insist(here !== undefined, 'lease-unknown', `${this.means.diskId} has no lease ${leaseId}`);
    insist(sameAccount(here.owner, caller), 'not-owner', `${caller.msp}/${caller.id} does not own the lease`);
    insistActive(here);
    const now = epoch?.number ?? 0n;
    if (now > termsIn(here, now).lastEpoch)
      throw new Refusal('lease-not-active', `the term of lease ${leaseId} has ended`);
    return { lease: here, epoch: now };
  }

  /** The vector of the current content. */
  vector(leaseId: string): ShardVector {
    const { book } = this.means;
    const revision = book.current(leaseId)?.content.revision ?? 0n;
    const known = this.#vectors.get(leaseId);
    if (known?.revision === revision) return known.vector;
    return this.keepVector(leaseId, revision, ShardVector.of(book.entries(leaseId, revision) ?? []));
  }

  /** Remembers a current vector that was worked out already. */
  keepVector(leaseId: string, revision: bigint, vector: ShardVector): ShardVector {
    this.#vectors.delete(leaseId);
    this.#vectors.set(leaseId, { revision, vector });
    const [oldest = ''] = this.#vectors.keys();
    if (this.#vectors.size > mostVectors) this.#vectors.delete(oldest);
    return vector;
  }

  /** Whether the disk answers for a shard: by its book, or for a put that waits for its receipt. */
  answersFor(digest: string): boolean {
    return this.uncommitted.has(digest) || this.means.book.names(digest);
  }

  /** Deletes those of the shards that the disk does not answer for. */
  async removeUnnamed(digests: Iterable<string>): Promise<void> {
    for (const digest of digests) {
      if (this.answersFor(digest)) continue;
      const removal = this.means.disk.remove(digest);
      this.#removals.set(digest, removal);
      await removal.finally(() => this.#removals.delete(digest));
    }
  }

  /** Resolves once no deletion of the shard is under way, which would take a new put of it along. */
  async removalOf(digest: string): Promise<void> {
    await this.#removals.get(digest)?.catch(() => undefined);
  }

  /** Runs one after the other what changes the contents of one lease. */
  inTurn<T>(leaseId: string, act: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(leaseId) ?? Promise.resolve()).then(act, act);
    const settled = turn.catch(() => undefined);
    this.#turns.set(leaseId, settled);
    void settled.then(() => {
      if (this.#turns.get(leaseId) === settled) this.#turns.delete(leaseId);
    });
    return turn;
  }
}

/** Whether the book has all that the ledger names; says so where it hasn't. */
async function isComplete(means: LeasedDiskMeans): Promise<boolean> {
  const { log, diskId } = means;
  try {
    const lacking = await new RebuildLease(means).all();
    if (lacking.length === 0) return true;
    log.error('the lease book lacks contents: nothing is deleted', { diskId, leases: lacking });
  } catch (error) {
    log.warn('the lease book could not be compared with the ledger: nothing is deleted', { diskId, error });
  }
  return false;
}

import type { Row } from '@dstore/chaincode/domain';
import type { LeasedDisk } from './leased-disk.js';
import { RebuildLease } from './rebuild-lease.js';

/**
 * Brings a provider's book to where the ledger is: a pending content that was committed becomes current, one whose last
 * epoch has passed on the ledger is forgotten. A book that lacks what the ledger names is rebuilt from the journal (F-100).
 * Asks the ledger, never its own clock; twice is harmless.
 */
export class FollowCommits {
  readonly #disk: LeasedDisk;

  constructor(disk: LeasedDisk) {
    this.#disk = disk;
  }

  async run(): Promise<void> {
    const { book } = this.#disk.means;
    for (const leaseId of book.leaseIds())
      if (book.pending(leaseId).length > 0) await this.#disk.inTurn(leaseId, () => this.settle(leaseId));
  }

  /** The same for one lease; the caller has the lease's turn. Answers whether the book is where the ledger is. */
  async settle(leaseId: string): Promise<boolean> {
    const { ledger, book } = this.#disk.means;
    // The epoch first, and an older one will do: a commit that comes after this look and before the next may not be taken
    // for one that never came.
    const epoch = await this.#disk.rows.read('epoch');
    const tip = await ledger.read('tip', leaseId);
    const current = book.current(leaseId)?.content.revision ?? 0n;
    const behind = tip !== undefined && tip.revision > current;
    if (behind && !(await this.#catchUp(leaseId, tip, current))) return false;
    if (epoch !== undefined) await this.#forgetLapsed(leaseId, epoch.number);
    return true;
  }

  async #catchUp(leaseId: string, tip: Row<'tip'>, current: bigint): Promise<boolean> {
    const { ledger, book } = this.#disk.means;
    const content = await ledger.read('content', leaseId, tip.epoch.toString());
    const held = book
      .pending(leaseId)
      .find((one) => one.content.revision === content?.revision && one.content.root === content.root);
    if (content === undefined || held === undefined || content.revision !== current + 1n)
      return new RebuildLease(this.#disk.means).run(leaseId, tip);
    const vector = this.#disk.vector(leaseId).applied(held.changes);
    const unnamed = book.commit(leaseId, content.revision, content.root, tip.epoch);
    this.#disk.keepVector(leaseId, content.revision, vector);
    await this.#disk.removeUnnamed(unnamed);
    return true;
  }

  async #forgetLapsed(leaseId: string, epoch: bigint): Promise<void> {
    const { book } = this.#disk.means;
    for (const { content, lastEpoch } of book.pending(leaseId)) {
      if (lastEpoch >= epoch) continue;
      await this.#disk.removeUnnamed(book.dropPending(leaseId, content.revision, content.root));
    }
  }
}

import { type Account, type Content, type Entry, ShardVector } from '@dstore/chaincode/domain';
import { Denial } from '../ports/fault.js';
import type { LeasedDisk } from './leased-disk.js';

/** Shows an owner the vector of its lease as the provider has it: the current one, or a revision that is kept or pending. */
export class ReadContents {
  readonly #disk: LeasedDisk;

  constructor(disk: LeasedDisk) {
    this.#disk = disk;
  }

  /** Denial `content-diverged` for a revision that is not here any more, or not yet. */
  async run(
    caller: Account,
    leaseId: string,
    revision?: bigint,
  ): Promise<{ readonly content: Content; readonly entries: readonly Entry[] }> {
    await this.#disk.ownedLease(caller, leaseId);
    const { book } = this.#disk.means;
    const current = book.current(leaseId)?.content.revision ?? 0n;
    const wanted = revision ?? current;
    const pending = book.pending(leaseId).find((one) => one.content.revision === wanted);
    const entries =
      book.entries(leaseId, wanted) ??
      (pending && this.#disk.vector(leaseId).applied(pending.changes).entries);
    if (entries === undefined)
      throw new Denial('content-diverged', `revision ${wanted} is not here; the content is at ${current}`);
    const { root, count, bytes } = ShardVector.of(entries);
    return { content: { revision: wanted, root, count: BigInt(count), bytes }, entries };
  }
}

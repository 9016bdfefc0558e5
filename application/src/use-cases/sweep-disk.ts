import type { LeasedDisk } from './leased-disk.js';
import { auditedContent } from './audited-content.js';

/** Bytes of a journal that are never worth writing anew. */
const journalFloor = 1 << 20;
/** Bytes of an entry in a journal, roughly. */
const recordBytes = 100;

/**
 * Deletes from a disk what nobody needs any more: shards that no receipt covered in time, revisions that no audit can
 * name, and leases that the ledger has ended. What an owner leased goes by the ledger's word only, never by a clock.
 */
export class SweepDisk {
  readonly #disk: LeasedDisk;

  constructor(disk: LeasedDisk) {
    this.#disk = disk;
  }

  async run(): Promise<void> {
    await this.#removeLapsed();
    await this.#pruneBundles();
    for (const leaseId of this.#disk.means.book.leaseIds())
      await this.#disk.inTurn(leaseId, () => this.#sweepLease(leaseId));
  }

  async #pruneBundles(): Promise<void> {
    const { ledger, bundles } = this.#disk.means;
    const [epoch, params] = await Promise.all([ledger.read('epoch'), ledger.read('params')]);
    if (epoch !== undefined && params !== undefined)
      await bundles.prune(epoch.number - params.params.bundleEpochs);
  }

  async #removeLapsed(): Promise<void> {
    const { ledger, clock } = this.#disk.means;
    const params = await ledger.read('params');
    if (params === undefined) return;
    const before = clock.now() - Number(params.params.uncommittedTtlSeconds) * 1000;
    const { uncommitted } = this.#disk;
    const lapsed = [...uncommitted].filter(([, { at }]) => at < before).map(([digest]) => digest);
    for (const digest of lapsed) uncommitted.delete(digest);
    await this.#disk.removeUnnamed(lapsed);
  }

  async #sweepLease(leaseId: string): Promise<void> {
    const { ledger, book, journal } = this.#disk.means;
    const lease = await ledger.read('lease', leaseId);
    if (lease !== undefined && lease.state !== 'active') {
      await journal.drop(leaseId);
      return this.#disk.removeUnnamed(book.drop(leaseId));
    }
    const epoch = await ledger.read('epoch');
    const audited = epoch && (await auditedContent(ledger, leaseId, epoch.number));
    if (audited !== undefined) await this.#disk.removeUnnamed(book.prune(leaseId, audited.revision));
    await this.#shorten(leaseId);
  }

  /** A journal that is much longer than what it leads to is written anew. */
  async #shorten(leaseId: string): Promise<void> {
    const { book, journal } = this.#disk.means;
    const current = book.current(leaseId)?.content;
    if (current === undefined) return;
    const most = journalFloor + Number(current.count) * recordBytes * 3;
    if ((await journal.bytes(leaseId)) <= most) return;
    const pending = book.pending(leaseId);
    await journal.restate(leaseId, current, book.entries(leaseId, current.revision) ?? []);
    for (const one of pending) await journal.note(one);
  }
}

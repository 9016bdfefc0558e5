import type { Content, Row } from '@dstore/chaincode/domain';
import { historyOf } from '../core/lease-history.js';
import type { LeaseBook } from '../ports/lease-book.js';
import type { LeaseJournal } from '../ports/lease-journal.js';
import type { Ledger } from '../ports/ledger.js';
import { rowsOf } from '../ports/ledger.js';
import type { Log } from '../ports/log.js';

/** What a provider's account of a disk is rebuilt from. */
export interface RebuildMeans {
  readonly diskId: string;
  readonly ledger: Pick<Ledger, 'read' | 'list'>;
  readonly book: LeaseBook;
  readonly journal: LeaseJournal;
  readonly log: Log;
}

/**
 * Brings a lease book that was lost, damaged or restored from an older copy to where the ledger is: the journal says what
 * was signed for and in which order, the ledger which of it became true (F-100). What the two don't agree on is left
 * alone: the disk then signs and deletes nothing under that lease.
 */
export class RebuildLease {
  readonly #means: RebuildMeans;

  constructor(means: RebuildMeans) {
    this.#means = means;
  }

  /** Every active lease of the disk; answers those whose content the book still lacks. */
  async all(): Promise<string[]> {
    const { ledger, diskId } = this.#means;
    const lacking: string[] = [];
    for await (const { row } of rowsOf(ledger, 'lease')) {
      if (row.diskId !== diskId || row.state !== 'active') continue;
      const tip = await ledger.read('tip', row.leaseId);
      if (tip === undefined) continue;
      if (!(await this.run(row.leaseId, tip))) lacking.push(row.leaseId);
      else await this.#mirror(row.leaseId);
    }
    return lacking;
  }

  /** Whether the book has what the ledger names last, current or pending. The caller has the lease's turn. */
  async run(leaseId: string, tip: Row<'tip'>): Promise<boolean> {
    const { ledger, book, journal, log } = this.#means;
    const content = await ledger.read('content', leaseId, tip.epoch.toString());
    if (content === undefined) return false;
    if (this.#has(leaseId, content)) return true;
    const current = book.current(leaseId)?.content.revision ?? 0n;
    const records = await journal.read(leaseId);
    const history = historyOf(records, content);
    if (history === undefined) {
      const facts = { leaseId, current, ledger: content.revision, records: records.length };
      log.error('the lease book is behind the ledger, and the journal does not lead there', facts);
      return false;
    }
    this.#write(leaseId, history, tip.epoch);
    const epoch = await ledger.read('epoch');
    for (const open of history.open)
      if (epoch !== undefined && open.lastEpoch >= epoch.number) book.addPending({ leaseId, ...open });
    const facts = { leaseId, from: current, revision: content.revision, shards: content.count };
    log.warn('the lease book was rebuilt from the journal and the ledger', facts);
    return true;
  }

  #has(leaseId: string, content: Content): boolean {
    const { book } = this.#means;
    const current = book.current(leaseId)?.content;
    if (current !== undefined && current.revision >= content.revision) return true;
    return (
      (current?.revision ?? 0n) === content.revision - 1n &&
      book
        .pending(leaseId)
        .some((one) => one.content.revision === content.revision && one.content.root === content.root)
    );
  }

  #write(leaseId: string, { base, steps }: NonNullable<ReturnType<typeof historyOf>>, epoch: bigint): void {
    const { book } = this.#means;
    book.drop(leaseId);
    if (base !== undefined) book.restate(leaseId, { content: base.content, epoch }, base.entries);
    for (const step of steps) {
      book.addPending({ leaseId, ...step });
      book.commit(leaseId, step.content.revision, step.content.root, epoch);
    }
  }

  /** A book from before there was a journal gets one. */
  async #mirror(leaseId: string): Promise<void> {
    const { book, journal } = this.#means;
    const current = book.current(leaseId)?.content;
    if (current === undefined || (await journal.bytes(leaseId)) > 0) return;
    await journal.restate(leaseId, current, book.entries(leaseId, current.revision) ?? []);
    for (const pending of book.pending(leaseId)) await journal.note(pending);
  }
}

import type { Content, Entry } from '@dstore/chaincode/domain';
import type { PendingContent } from './lease-book.js';

/** What a journal knows of a lease: a content that was signed for, or a whole vector that stands for all before it. */
export type LeaseRecord =
  | ({ readonly kind: 'signed' } & Omit<PendingContent, 'leaseId'>)
  | { readonly kind: 'restated'; readonly content: Content; readonly entries: readonly Entry[] };

/**
 * A second account of what a provider signed for, kept apart from its book: written beside it, read only when the book is
 * lost, damaged or older than the ledger (F-100). What it says counts only where the ledger has the same root.
 */
export interface LeaseJournal {
  /** Notes what is about to be signed for. Survives the process; need not survive a power cut, which the book does. */
  note(pending: PendingContent): Promise<void>;
  /** Replaces all that is noted of a lease by a vector; durable, and whole or not at all. */
  restate(leaseId: string, content: Content, entries: readonly Entry[]): Promise<void>;
  /** In the order of noting; what can't be read is left out. */
  read(leaseId: string): Promise<readonly LeaseRecord[]>;
  /** Bytes noted of a lease, 0 for one that it does not know. */
  bytes(leaseId: string): Promise<number>;
  drop(leaseId: string): Promise<void>;
}

import type { Change, Content, Entry } from '@dstore/chaincode/domain';

/** A change of a lease's content that a provider signed for and that may be committed until `lastEpoch` has passed. */
export interface PendingContent {
  readonly leaseId: string;
  readonly content: Content;
  readonly changes: readonly Change[];
  readonly lastEpoch: bigint;
}

/** A content that was committed, with the epoch that it counts for. */
export interface HeldContent {
  readonly content: Content;
  readonly epoch: bigint;
}

/** Digests of shards that nothing in the book names any more. */
export type Unnamed = readonly string[];

/**
 * A provider's book of one disk: what it answers for under each lease. Durable when a call returns, but for `commit`,
 * which a loss of power may undo: what was pending is pending again then. A crash between two calls loses nothing of the
 * first. Revisions that audits may still name are kept until they are pruned.
 */
export interface LeaseBook {
  /** Leases with a committed or a pending content. */
  leaseIds(): readonly string[];
  /** The committed content, or undefined before the first commit. */
  current(leaseId: string): HeldContent | undefined;
  /** Entries by position at a revision that is current or kept; empty for revision 0, undefined for any other. */
  entries(leaseId: string, revision: bigint): readonly Entry[] | undefined;
  pending(leaseId: string): readonly PendingContent[];
  /** Adds what was signed; the same content again only moves its last epoch further. */
  addPending(pending: PendingContent): void;
  /** Forgets a pending content by its revision and root. */
  dropPending(leaseId: string, revision: bigint, root: string): Unnamed;
  /** Makes the pending content of this revision and root current; all other pending ones of the lease are forgotten. */
  commit(leaseId: string, revision: bigint, root: string, epoch: bigint): Unnamed;
  /** Makes a whole vector the current content of a lease that the book does not know; throws RangeError for one it knows. */
  restate(leaseId: string, held: HeldContent, entries: readonly Entry[]): void;
  /** Forgets revisions before this one. */
  prune(leaseId: string, oldestRevision: bigint): Unnamed;
  /** Forgets a lease that the ledger has ended. */
  drop(leaseId: string): Unnamed;
  /** Accounted bytes of all distinct shards that current, kept or pending contents of a lease name. */
  heldBytes(leaseId: string): bigint;
  /** Whether anything in the book names the shard. */
  names(digest: string): boolean;
  /** Bytes of all distinct shards that the book names. */
  totalBytes(): bigint;
  close(): void;
}

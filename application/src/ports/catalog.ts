import type { Entry } from '@dstore/chaincode/domain';
import type {
  CatalogDelta,
  Checkpoint,
  Bucket,
  Flush,
  Leftover,
  Locator,
  Stripe,
  StructureDelta,
  Version,
} from '../core/delta.js';
import type { BucketUsage } from '../core/quota.js';
import type { VectorShard } from '../core/lease-layout.js';

/** A version as listings show it. */
export type ListedVersion = Omit<Version, 'streams'> & { readonly current: boolean };

/** Where a listing goes on: behind this key, and behind this version of it where versions are listed. */
export interface ListFrom {
  readonly key: string;
  readonly versionId?: string;
}

/** What a listing asks for; keys in UTF-8 byte order. */
export interface Listing {
  readonly bucket: string;
  readonly prefix: string;
  readonly after?: ListFrom;
  readonly limit: number;
  /** Every version instead of the current ones. */
  readonly versions: boolean;
}

/** A lease's vector as the catalog mirrors it. */
export interface LeaseMirror {
  readonly leaseId: string;
  readonly diskId: string;
  readonly revision: bigint;
  /** By position. */
  readonly shards: readonly VectorShard[];
}

/** A flush that is about to be committed, remembered so that a crash between commit and catalog costs nothing. */
export interface Intent {
  readonly revision: bigint;
  /** SHA-256 of the head that the commit carries. */
  readonly headDigest: string;
  readonly flush: Flush;
}

/** The parts of a checkpoint's halves, each small enough to be held in memory; the structure comes first. */
export interface CheckpointParts<Structure, Catalog> {
  readonly structure: Structure;
  readonly catalog: Catalog;
}

/** The newest checkpoint and what came after it. */
export interface EntryChain {
  /** The flush that carries the newest checkpoint, and that checkpoint. */
  readonly revision: bigint;
  readonly checkpoint: Checkpoint | undefined;
  /** Entries since, that flush's own among them. */
  readonly entries: number;
  readonly entryBytes: number;
}

/** A lease's vector as its provider has it, checked against the ledger. */
export interface LeaseVector {
  readonly leaseId: string;
  readonly diskId: string;
  readonly revision: bigint;
  /** By position. */
  readonly entries: readonly Entry[];
}

/** What a catalog had to give up because flushes are missing. */
export interface Losses {
  /** Versions whose data or description is gone; some may have been deleted by a flush that is missing. */
  readonly versions: readonly Pick<Version, 'bucket' | 'key' | 'versionId'>[];
  /** Buckets that only their objects tell of: made anew, keeping every version. */
  readonly buckets: readonly string[];
}

/** Totals of a vault. */
export interface Usage {
  readonly objects: number;
  readonly versions: number;
  readonly logicalBytes: number;
  /** Ciphertext that versions and entries hold. */
  readonly liveBytes: number;
  /** Bytes of all shards. */
  readonly storedBytes: number;
  readonly stripes: number;
}

/** The owner's local catalog: a cache of what the entries say, rebuilt from them when it is lost. Durable when a call returns. */
export interface Catalog {
  /** The vault's revision that the catalog has applied; 0 when it is new. */
  revision(): bigint;
  /** Applies a flush whole; its revision must be the next. A checkpoint frees the entries and the checkpoint before it. */
  apply(flush: Flush): void;
  /** Restates all but entries, in parts of which the catalog must not change before the last is taken. */
  restate(): CheckpointParts<Iterable<StructureDelta>, Iterable<CatalogDelta>>;
  /** Forgets everything and takes over what was restated at this revision: all of it, or nothing when a part can't be had. */
  restore(
    revision: bigint,
    parts: CheckpointParts<AsyncIterable<StructureDelta>, AsyncIterable<CatalogDelta>>,
  ): Promise<void>;
  /**
   * Goes to a revision although flushes are missing: takes over what these say, as far as it is whole, and the vectors as
   * they are. Entries of vectors that nothing tells of become leftovers. No entry is named any more: the next flush has to
   * carry a checkpoint.
   */
  salvage(revision: bigint, flushes: readonly Flush[], vectors: readonly LeaseVector[]): Losses;
  remember(intent: Intent): void;
  intent(): Intent | undefined;
  forgetIntent(): void;
  /** Where the entries of a flush lie now, as long as no checkpoint has replaced them. */
  locator(revision: bigint): Locator | undefined;
  entryChain(): EntryChain;

  bucket(name: string): Bucket | undefined;
  buckets(): readonly Bucket[];
  /** What a bucket holds; nothing where it is empty or not there. Kept, not counted. */
  bucketUsage(name: string): BucketUsage;
  /** The current version under a key (a marker too), or undefined. */
  current(bucket: string, key: string): Version | undefined;
  version(versionId: string): Version | undefined;
  list(listing: Listing): readonly ListedVersion[];
  /** The key of the first version that such a listing shows, behind all versions of the key in `after`. */
  firstKey(from: Omit<Listing, 'limit'>): string | undefined;

  stripe(stripeId: string): Stripe | undefined;
  stripes(): Iterable<Stripe>;
  /** Whether entries of the vault lie in the stripe, or its checkpoint. */
  holdsEntry(stripeId: string): boolean;
  /** Stripes in which nothing lives any more, by id. */
  deadStripes(): Iterable<Stripe>;
  /** Stripes of whose bytes less than half live, by id; those that hold entries, which can't be copied, are not among them. */
  sparseStripes(): Iterable<Stripe>;
  /** Dead bytes of stripes that would be sparse if they held no entries: what the next checkpoint makes compactable. */
  wasteUnderEntries(): number;
  mirrors(): readonly LeaseMirror[];
  /** Entries of vectors that are still to be removed, because their shards were moved. */
  leftovers(): readonly Leftover[];
  /** Versions that have an extent in the stripe. */
  versionsIn(stripeId: string): readonly string[];
  usage(): Usage;
  close(): void;
}

import type { Bucket, Flush, Locator, Stripe, Version } from '../core/delta.js';
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
  /** Applies a flush whole; its revision must be the next. */
  apply(flush: Flush): void;
  remember(intent: Intent): void;
  intent(): Intent | undefined;
  forgetIntent(): void;
  locator(revision: bigint): Locator | undefined;

  bucket(name: string): Bucket | undefined;
  buckets(): readonly Bucket[];
  /** The current version under a key (a marker too), or undefined. */
  current(bucket: string, key: string): Version | undefined;
  version(versionId: string): Version | undefined;
  list(listing: Listing): readonly ListedVersion[];

  stripe(stripeId: string): Stripe | undefined;
  stripes(): Iterable<Stripe>;
  /** Whether entries of the vault lie in the stripe. */
  holdsEntry(stripeId: string): boolean;
  /** Stripes in which nothing lives any more. */
  deadStripes(): readonly Stripe[];
  mirrors(): readonly LeaseMirror[];
  /** Versions that have an extent in the stripe. */
  versionsIn(stripeId: string): readonly string[];
  usage(): Usage;
  close(): void;
}

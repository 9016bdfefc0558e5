import type { Bucket } from '../core/delta.js';
import type { BucketUsage } from '../core/quota.js';
import type { Catalog } from '../ports/catalog.js';

/** A bucket with what it holds. */
export type HeldBucket = Bucket & BucketUsage;

/** Lists the vault's buckets by name. */
export class ListBuckets {
  readonly #catalog: Pick<Catalog, 'buckets' | 'bucketUsage'>;

  constructor(catalog: Pick<Catalog, 'buckets' | 'bucketUsage'>) {
    this.#catalog = catalog;
  }

  run(): HeldBucket[] {
    return this.#catalog
      .buckets()
      .map((bucket) => ({ ...bucket, ...this.#catalog.bucketUsage(bucket.bucket) }))
      .sort((a, b) => (a.bucket < b.bucket ? -1 : 1));
  }
}

import type { Bucket } from '../core/delta.js';
import type { Catalog } from '../ports/catalog.js';

/** Lists the vault's buckets by name. */
export class ListBuckets {
  readonly #catalog: Pick<Catalog, 'buckets'>;

  constructor(catalog: Pick<Catalog, 'buckets'>) {
    this.#catalog = catalog;
  }

  run(): Bucket[] {
    return [...this.#catalog.buckets()].sort((a, b) => (a.bucket < b.bucket ? -1 : 1));
  }
}

import type { PlacedStripe } from '../core/health.js';
import type { Catalog } from '../ports/catalog.js';
import type { StripeMap } from '../ports/stripe-map.js';

/** A catalog's stripes as health and repair look at them: no names, no keys. */
export class MapStripes implements StripeMap {
  readonly #catalog: Pick<Catalog, 'stripes' | 'holdsEntry' | 'versionsIn'>;

  constructor(catalog: Pick<Catalog, 'stripes' | 'holdsEntry' | 'versionsIn'>) {
    this.#catalog = catalog;
  }

  async *stripes(): AsyncIterable<PlacedStripe> {
    for (const { stripeId, dataShards, parityShards, shardSize, shards } of this.#catalog.stripes()) {
      yield {
        stripeId,
        dataShards,
        parityShards,
        shardSizeBytes: shardSize,
        holdsEntry: this.#catalog.holdsEntry(stripeId),
        shards,
      };
    }
  }

  versionsIn(stripeIds: readonly string[]): Promise<number> {
    const versions = new Set(stripeIds.flatMap((stripeId) => this.#catalog.versionsIn(stripeId)));
    return Promise.resolve(versions.size);
  }
}

import type { PlacedShard, PlacedStripe } from '../core/health.js';
import type { StripeMap } from '../ports/stripe-map.js';

/** What is asked of a catalog here. */
export interface StripeSource {
  /** Stripes in which something lives. */
  stripes(): Iterable<{
    readonly stripeId: string;
    readonly dataShards: number;
    readonly parityShards: number;
    readonly shardSize: number;
    readonly shards: readonly PlacedShard[];
  }>;
  holdsEntry(stripeId: string): boolean;
  versionsIn(stripeId: string): readonly string[];
}

/** A vault's catalog as the map of stripes that health and repair read. */
export class CatalogStripes implements StripeMap {
  readonly #catalog: StripeSource;

  constructor(catalog: StripeSource) {
    this.#catalog = catalog;
  }

  async *stripes(): AsyncGenerator<PlacedStripe> {
    for (const { shardSize, ...stripe } of this.#catalog.stripes()) {
      const holdsEntry = this.#catalog.holdsEntry(stripe.stripeId);
      yield { ...stripe, shardSizeBytes: shardSize, holdsEntry };
    }
  }

  async versionsIn(stripeIds: readonly string[]): Promise<number> {
    return new Set(stripeIds.flatMap((stripeId) => this.#catalog.versionsIn(stripeId))).size;
  }
}

import type { PlacedStripe } from '../core/health.js';

/** A vault's stripes without names and keys: what health and repair need of its catalog. */
export interface StripeMap {
  /** Every stripe that holds live bytes, as it is placed now. */
  stripes(): AsyncIterable<PlacedStripe>;
  /** How many versions have bytes in any of these stripes. */
  versionsIn(stripeIds: readonly string[]): Promise<number>;
}

/**
 * A shard that lies under another lease from the next commit on. The catalog drops its place under `from` in that commit;
 * taking the entry out of that lease's vector may wait for a flush that its provider signs, or for its end.
 */
export interface ShardMove {
  readonly stripeId: string;
  readonly index: number;
  readonly digest: string;
  readonly sizeBytes: number;
  /** The lease that names it now, if one does. */
  readonly from: string | undefined;
  readonly to: { readonly leaseId: string; readonly diskId: string };
}

import type { Extent, SealedStream, Stripe } from './delta.js';
import { segmentBytes } from './sealing.js';

/** A stripe of which every segment is wanted. */
export interface StripeUnit {
  readonly kind: 'stripe';
  readonly firstSegment: number;
  readonly segments: number;
  readonly stripe: Stripe;
}

/** What is read in one go. */
export type ReadUnit =
  StripeUnit | { readonly kind: 'segment'; readonly firstSegment: number; readonly segments: 1 };

/** The units that segments `first` to `last` of a stream are read in, in order; `stripeOf` knows the stripes there are. */
export function* readPlan(
  { extents, sealedBytes }: Pick<SealedStream, 'extents' | 'sealedBytes'>,
  first: number,
  last: number,
  stripeOf: (stripeId: string) => Stripe | undefined,
): Generator<ReadUnit, void, undefined> {
  let next = first;
  let at = 0;
  for (const extent of extents) {
    const segments = Math.ceil(Math.min(extent.length, sealedBytes - at) / segmentBytes);
    if (at === next * segmentBytes && next + segments - 1 <= last) {
      const stripe = filledBy(extent, stripeOf);
      if (stripe !== undefined) {
        yield { kind: 'stripe', firstSegment: next, segments, stripe };
        next += segments;
      }
    }
    at += extent.length;
    for (; next <= last && next * segmentBytes < at; next += 1)
      yield { kind: 'segment', firstSegment: next, segments: 1 };
  }
}

/** The stripe that an extent takes whole, a segment in each data shard; undefined where it doesn't. */
function filledBy(
  { stripeId, offset, length }: Extent,
  stripeOf: (stripeId: string) => Stripe | undefined,
): Stripe | undefined {
  if (offset !== 0 || length === 0 || length % segmentBytes !== 0) return undefined;
  const stripe = stripeOf(stripeId);
  const isFilled = stripe?.shardSize === segmentBytes && length === stripe.dataShards * segmentBytes;
  return isFilled ? stripe : undefined;
}

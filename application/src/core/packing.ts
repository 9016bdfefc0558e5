import type { Extent } from './delta.js';

/** Where streams packed end to end into stripes of one capacity come to lie. */
export interface Packing {
  /** Extents of each stream, in the order given. */
  readonly extents: readonly (readonly Extent[])[];
  /** Stripes in order, with the bytes each holds; all but the last are full. */
  readonly stripes: readonly { readonly stripeId: string; readonly length: number }[];
}

/** Packs streams of these lengths end to end; `freshId` names each stripe when it is begun. */
export function pack(lengths: readonly number[], capacity: number, freshId: () => string): Packing {
  const stripes: { stripeId: string; length: number }[] = [];
  const extents = lengths.map((length) => {
    const found: Extent[] = [];
    for (let left = length; left > 0;) {
      let stripe = stripes.at(-1);
      if (stripe === undefined || stripe.length === capacity)
        stripes.push((stripe = { stripeId: freshId(), length: 0 }));
      const run = Math.min(left, capacity - stripe.length);
      found.push({ stripeId: stripe.stripeId, offset: stripe.length, length: run });
      stripe.length += run;
      left -= run;
    }
    return found;
  });
  return { extents, stripes };
}

/** The runs in stripes that hold bytes [start, end) of a stream with these extents. Throws RangeError beyond its end. */
export function runsOf(extents: readonly Extent[], start: number, end: number): Extent[] {
  const runs: Extent[] = [];
  let at = 0;
  for (const extent of extents) {
    const from = Math.max(start, at);
    const to = Math.min(end, at + extent.length);
    if (from < to)
      runs.push({ stripeId: extent.stripeId, offset: extent.offset + from - at, length: to - from });
    at += extent.length;
  }
  if (end > at) throw new RangeError(`the stream has ${at} bytes`);
  return runs;
}

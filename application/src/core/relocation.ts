import type { Extent, Relocation, Version } from './delta.js';

/** Whether two extents are the same run of the same stripe. */
export function sameExtent(one: Extent, other: Extent): boolean {
  return one.stripeId === other.stripeId && one.offset === other.offset && one.length === other.length;
}

/** Streams of which the bytes that lay in some extents lie in others now; extents that meet become one. */
export function relocated(streams: Version['streams'], moved: Relocation['extents']): Version['streams'] {
  const placesOf = (extent: Extent) => moved.find(({ from }) => sameExtent(from, extent))?.to;
  return streams.map((stream) => {
    if (!stream.extents.some((extent) => placesOf(extent) !== undefined)) return stream;
    return { ...stream, extents: joined(stream.extents.flatMap((extent) => placesOf(extent) ?? [extent])) };
  });
}

function joined(extents: readonly Extent[]): Extent[] {
  const found: Extent[] = [];
  for (const extent of extents) {
    const last = found.at(-1);
    if (
      last !== undefined &&
      last.stripeId === extent.stripeId &&
      last.offset + last.length === extent.offset
    )
      found[found.length - 1] = { ...last, length: last.length + extent.length };
    else found.push(extent);
  }
  return found;
}

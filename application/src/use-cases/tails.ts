import type { Extent, Relocation } from '../core/delta.js';
import type { Geometry } from '../core/geometry.js';
import type { SortedChanges } from './sort-changes.js';
import type { VaultChange } from './vault-change.js';

/** Changes that bring ciphertext to be packed: the ends of puts, and what compaction saves from stripes that go. */
export type TailSource = Extract<VaultChange, { kind: 'put' | 'compact' }>;

/** Where each source's tails came to lie, tail by tail. */
export type Packs = Map<TailSource, readonly (readonly Extent[])[]>;

/** The tails of a source, in the order in which they are packed. */
export function tailsOf(source: TailSource): readonly Buffer[] {
  return source.kind === 'put'
    ? source.streams.map(({ tail }) => tail)
    : source.pieces.map(({ bytes }) => bytes);
}

/** Sources of a flush by the name of their geometry. */
export function byGeometry(sorted: SortedChanges<unknown>): Map<string, TailSource[]> {
  const groups = new Map<string, TailSource[]>();
  for (const source of [...sorted.puts.map(([, put]) => put), ...sorted.compactions]) {
    const name = geometryName(source.geometry);
    groups.set(name, [...(groups.get(name) ?? []), source]);
  }
  return groups;
}

/** Such as `4+2`. */
export function geometryName({ dataShards, parityShards }: Geometry): string {
  return `${dataShards}+${parityShards}`;
}

/** Gives each source the extents of its tails, which lie in their order. */
export function deal(
  sources: readonly TailSource[],
  extents: readonly (readonly Extent[])[],
  packs: Packs,
): void {
  let at = 0;
  for (const source of sources) {
    const count = tailsOf(source).length;
    packs.set(source, extents.slice(at, at + count));
    at += count;
  }
}

/** What compactions say of versions, once their pieces are packed. */
export function relocationsOf(sorted: SortedChanges<unknown>, packs: Packs): Relocation[] {
  const found = new Map<string, { from: Extent; to: readonly Extent[] }[]>();
  for (const compaction of sorted.compactions)
    for (const [at, { versionId, extent }] of compaction.pieces.entries()) {
      const known = found.get(versionId) ?? [];
      found.set(versionId, known);
      known.push({ from: extent, to: packs.get(compaction)?.[at] ?? [] });
    }
  return [...found].map(([versionId, extents]) => ({ versionId, extents }));
}

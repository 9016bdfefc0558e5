/** How many shards of a stripe hold data and how many parity. */
export interface Geometry {
  readonly dataShards: number;
  readonly parityShards: number;
}

/** What a geometry does not give: one to lose anything, safety from copies, or safety from an organization's end. */
export type GeometryWarning = 'no-parity' | 'parity-is-a-copy' | 'organization-exceeds-parity';

/** A geometry with the warnings that its owner should read. */
export interface ChosenGeometry extends Geometry {
  readonly warnings: readonly GeometryWarning[];
}

/** Defaults by the least number of organizations with disks, and the disks each of them must bring. */
const defaults: readonly (Geometry & { readonly organizations: number; readonly disksEach: number })[] = [
  { organizations: 16, disksEach: 1, dataShards: 10, parityShards: 6 },
  { organizations: 9, disksEach: 1, dataShards: 6, parityShards: 3 },
  { organizations: 6, disksEach: 1, dataShards: 4, parityShards: 2 },
  { organizations: 5, disksEach: 1, dataShards: 3, parityShards: 2 },
  { organizations: 4, disksEach: 1, dataShards: 2, parityShards: 2 },
  { organizations: 3, disksEach: 1, dataShards: 2, parityShards: 1 },
  { organizations: 2, disksEach: 2, dataShards: 2, parityShards: 2 },
  { organizations: 2, disksEach: 1, dataShards: 1, parityShards: 1 },
  { organizations: 1, disksEach: 3, dataShards: 2, parityShards: 1 },
  { organizations: 1, disksEach: 2, dataShards: 1, parityShards: 1 },
  { organizations: 1, disksEach: 1, dataShards: 1, parityShards: 0 },
];

/** The geometry of a new bucket, given the organization of each disk there is; undefined when there is none. */
export function defaultGeometry(organizationOfDisks: readonly string[]): ChosenGeometry | undefined {
  const counts = [...countBy(organizationOfDisks).values()];
  const row = defaults.find(
    ({ organizations, disksEach }) => counts.filter((count) => count >= disksEach).length >= organizations,
  );
  if (row === undefined) return undefined;
  const { dataShards, parityShards } = row;
  return { dataShards, parityShards, warnings: geometryWarnings(row, organizationOfDisks) };
}

/** What to warn an owner of, who wants this geometry on these disks. */
export function geometryWarnings(
  geometry: Geometry,
  organizationOfDisks: readonly string[],
): GeometryWarning[] {
  const { dataShards, parityShards } = geometry;
  const warnings: GeometryWarning[] = [];
  if (parityShards === 0) warnings.push('no-parity');
  else if (dataShards === 1) warnings.push('parity-is-a-copy');
  if (organizationLimit(geometry, organizationOfDisks) > parityShards)
    warnings.push('organization-exceeds-parity');
  return warnings;
}

/** Why a geometry can't be had. */
export type GeometryRefusal =
  'not-whole' | 'no-data-shards' | 'negative-parity' | 'too-many-shards' | 'too-few-disks';

/** The reason why no stripe of this geometry can lie on so many disks, or undefined. Bounds: protocol, Stripes. */
export function geometryRefusal(
  { dataShards, parityShards }: Geometry,
  disks: number,
): GeometryRefusal | undefined {
  if (!Number.isInteger(dataShards) || !Number.isInteger(parityShards)) return 'not-whole';
  if (dataShards < 1) return 'no-data-shards';
  if (parityShards < 0) return 'negative-parity';
  if (dataShards + parityShards > 255) return 'too-many-shards';
  return dataShards + parityShards > disks ? 'too-few-disks' : undefined;
}

/**
 * How many shards of a stripe one organization may hold: as many as there are parity shards, so that the end of one
 * organization loses nothing; more only where the consortium is too small for that, and then as few as will do.
 */
export function organizationLimit(
  { dataShards, parityShards }: Geometry,
  organizationOfDisks: readonly string[],
): number {
  const shards = dataShards + parityShards;
  const counts = [...countBy(organizationOfDisks).values()];
  const room = (limit: number) => counts.reduce((sum, count) => sum + Math.min(count, limit), 0);
  let limit = Math.max(1, parityShards);
  while (limit < shards && room(limit) < shards) limit += 1;
  return limit;
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

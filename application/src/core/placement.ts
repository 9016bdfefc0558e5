import { accountedBytes, sha256, tuple } from '@dstore/chaincode/domain';

import { type Geometry, organizationLimit } from './geometry.js';

/** A disk that shards may go to, or that at least counts for the size of the consortium. */
export interface CandidateDisk {
  readonly diskId: string;
  readonly organization: string;
  readonly site: string;
  readonly region: string;
  /** The vault's lease there, if it has one already. */
  readonly leaseId?: string | undefined;
  /** Accounted bytes that still fit into the lease there, or one that may be opened; 0 where nothing may go. */
  readonly freeBytes: number;
  /** Credits per GiB and epoch. */
  readonly price: bigint;
  /** Share of audits passed, 0 to 1; of a disk without history what the caller expects. */
  readonly record: number;
}

/** Why a disk got no shard. */
export type LeftOut = 'excluded' | 'too-full' | 'organization-at-limit' | 'outweighed';

/** What placement did with each disk. */
export interface Explanation {
  readonly diskId: string;
  /** Index of the shard it got, or in a refusal would have got; or why it got none. */
  readonly outcome: { readonly shard: number } | { readonly leftOut: LeftOut };
}

/** A disk for every shard of a stripe. */
export interface Placement<D extends CandidateDisk = CandidateDisk> {
  readonly kind: 'placement';
  /** In the order of shards. */
  readonly disks: readonly D[];
  readonly diskIds: readonly string[];
  /** Shards that one organization may hold; more than the parity shards: losing it may lose the stripe. */
  readonly organizationLimit: number;
  readonly explanation: readonly Explanation[];
}

/** There is no place for a stripe. Counts, for a person to see what is missing. */
export interface NoPlacement {
  readonly kind: 'refusal';
  readonly shards: number;
  /** Disks with room that are not excluded. */
  readonly eligibleDisks: number;
  /** Shards that would find a place, which the limit for each organization keeps below the eligible disks. */
  readonly placeable: number;
  readonly organizationLimit: number;
  readonly missing: string;
  readonly explanation: readonly Explanation[];
}

/** What a stripe is placed by. The same request gives the same answer, in whatever order the disks come. */
export interface PlacementRequest<D extends CandidateDisk = CandidateDisk> {
  readonly disks: readonly D[];
  readonly geometry: Geometry;
  /** Fresh for every stripe. */
  readonly seed: Uint8Array;
  readonly shardSizeBytes: number;
  /** Disks that may not be chosen now though they count for the size of the consortium: doors that failed, say. */
  readonly exclude?: ReadonlySet<string>;
}

/**
 * Chooses a disk for each shard: never two of a stripe on one disk, no organization beyond its limit, then the fewest
 * of a stripe in an organization, a site, a region; among equals by weighted chance, which prefers room, a low price
 * and a good record. Answers with what is missing where there is no place for all.
 */
export function place<D extends CandidateDisk>(request: PlacementRequest<D>): Placement<D> | NoPlacement {
  const { disks, geometry, shardSizeBytes, exclude } = request;
  const shards = geometry.dataShards + geometry.parityShards;
  const limit = organizationLimit(
    geometry,
    disks.map((disk) => disk.organization),
  );
  const accounted = Number(accountedBytes(shardSizeBytes));
  const unfit = (disk: D): LeftOut | undefined => {
    if (exclude?.has(disk.diskId) === true) return 'excluded';
    return disk.freeBytes >= accounted ? undefined : 'too-full';
  };
  const eligible = disks.filter((disk) => unfit(disk) === undefined);
  const chosen = choose(rank(eligible, request.seed), shards, limit);
  const explanation = explain(disks, chosen, limit, unfit);
  if (chosen.length === shards)
    return {
      kind: 'placement',
      disks: chosen,
      diskIds: chosen.map((disk) => disk.diskId),
      organizationLimit: limit,
      explanation,
    };
  const counts = { shards, eligibleDisks: eligible.length, placeable: chosen.length };
  return {
    kind: 'refusal',
    ...counts,
    organizationLimit: limit,
    missing: missing(counts, limit, accounted),
    explanation,
  };
}

/**
 * A disk for one more shard of a stripe, beside the disks that hold others of it: no disk twice, no organization beyond
 * its limit, then as {@link place} chooses. Undefined where no disk is left.
 */
export function placeBeside<D extends CandidateDisk>(
  { disks, geometry, seed, shardSizeBytes, exclude }: PlacementRequest<D>,
  held: ReadonlySet<string>,
): D | undefined {
  const limit = organizationLimit(
    geometry,
    disks.map((disk) => disk.organization),
  );
  const accounted = Number(accountedBytes(shardSizeBytes));
  const fits = (disk: D) =>
    disk.freeBytes >= accounted && !held.has(disk.diskId) && exclude?.has(disk.diskId) !== true;
  const others = disks.filter((disk) => held.has(disk.diskId));
  const count = (is: (other: D) => boolean) => others.filter(is).length;
  const spread = ({ disk }: Ranked<D>): Spread => [
    count(({ organization }) => organization === disk.organization),
    count(({ site }) => site === disk.site),
    count(({ region }) => region === disk.region),
  ];
  return leastSpread(new Set(rank(disks.filter(fits), seed)), spread, limit)?.disk;
}

function explain<D extends CandidateDisk>(
  disks: readonly D[],
  chosen: readonly D[],
  limit: number,
  unfit: (disk: D) => LeftOut | undefined,
): Explanation[] {
  const shards = new Map(chosen.map((disk, shard) => [disk.diskId, shard]));
  const held = new Map<string, number>();
  for (const { organization } of chosen) held.set(organization, (held.get(organization) ?? 0) + 1);
  return disks.map((disk) => {
    const shard = shards.get(disk.diskId);
    if (shard !== undefined) return { diskId: disk.diskId, outcome: { shard } };
    const atLimit = (held.get(disk.organization) ?? 0) >= limit;
    const leftOut = unfit(disk) ?? (atLimit ? 'organization-at-limit' : 'outweighed');
    return { diskId: disk.diskId, outcome: { leftOut } };
  });
}

interface Ranked<D> {
  readonly disk: D;
  /** Ascending: whoever weighs twice as much comes first twice as often. */
  readonly rank: number;
  /** Decides which shard a chosen disk gets, so that data and parity fall on all alike. */
  readonly turn: number;
}

/** Weighted order without replacement: exponential variates (Efraimidis and Spirakis 2006). */
function rank<D extends CandidateDisk>(disks: readonly D[], seed: Uint8Array): Ranked<D>[] {
  const cheapest = Math.max(1, Math.min(...disks.map((disk) => Number(disk.price))));
  return disks
    .map((disk) => {
      const drawn = sha256(tuple('dstore/v1/place', seed, disk.diskId));
      const chance = (drawn.readUIntBE(0, 6) + 1) / 2 ** 48;
      return { disk, rank: -Math.log(chance) / weight(disk, cheapest), turn: drawn.readUIntBE(6, 6) };
    })
    .sort((a, b) => a.rank - b.rank || (a.disk.diskId < b.disk.diskId ? -1 : 1));
}

/** Room, in proportion; a price twice the lowest halves it; a record counts squared, but a bad one is not shut out. */
function weight(disk: CandidateDisk, cheapest: number): number {
  const record = Math.min(1, Math.max(0.1, disk.record));
  return disk.freeBytes * (cheapest / Math.max(cheapest, Number(disk.price))) * record ** 2;
}

/** Up to `shards` disks in the order of shards; the greedy choice is never too early, as limits are per organization. */
function choose<D extends CandidateDisk>(ranked: readonly Ranked<D>[], shards: number, limit: number): D[] {
  const left = new Set(ranked);
  const chosen: Ranked<D>[] = [];
  const held = {
    organization: new Map<string, number>(),
    site: new Map<string, number>(),
    region: new Map<string, number>(),
  };
  const spread = ({ disk }: Ranked<D>): Spread => [
    held.organization.get(disk.organization) ?? 0,
    held.site.get(disk.site) ?? 0,
    held.region.get(disk.region) ?? 0,
  ];
  while (chosen.length < shards) {
    const best = leastSpread(left, spread, limit);
    if (best === undefined) break;
    left.delete(best);
    chosen.push(best);
    for (const tier of ['organization', 'site', 'region'] as const)
      held[tier].set(best.disk[tier], (held[tier].get(best.disk[tier]) ?? 0) + 1);
  }
  return chosen.sort((a, b) => a.turn - b.turn).map(({ disk }) => disk);
}

/** Shards of the stripe that a disk's organization, site and region hold already. */
type Spread = readonly [organization: number, site: number, region: number];

/** The first of those whose organization, then site, then region hold least. */
function leastSpread<R>(left: ReadonlySet<R>, spread: (ranked: R) => Spread, limit: number): R | undefined {
  let best: R | undefined;
  let least: Spread = [limit, 0, 0];
  for (const ranked of left) {
    const held = spread(ranked);
    const order = held[0] - least[0] || held[1] - least[1] || held[2] - least[2];
    if (held[0] >= limit || (best !== undefined && order >= 0)) continue;
    best = ranked;
    least = held;
  }
  return best;
}

function missing(
  counts: Pick<NoPlacement, 'shards' | 'eligibleDisks' | 'placeable'>,
  limit: number,
  bytes: number,
): string {
  const { shards, eligibleDisks, placeable } = counts;
  const need = `${shards} disks with ${bytes} bytes free each are needed, at most ${limit} of one organization`;
  return `${need}; ${eligibleDisks} have room and may be chosen now, ${placeable} within that limit`;
}

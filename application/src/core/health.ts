import { missesInRow, type Row } from '@dstore/chaincode/domain';

/** Where one shard of a stripe lies. */
export interface PlacedShard {
  readonly index: number;
  readonly digest: string;
  readonly leaseId: string;
  readonly diskId: string;
}

/** A stripe with the shards that were placed: at most one per index, an index without one was never placed. */
export interface PlacedStripe {
  readonly stripeId: string;
  readonly dataShards: number;
  readonly parityShards: number;
  readonly shardSizeBytes: number;
  /** Whether an entry or a checkpoint of the vault lies in it: such stripes are repaired first. */
  readonly holdsEntry: boolean;
  readonly shards: readonly PlacedShard[];
}

/** What a lease's shards are worth: `late` ones count but are watched, `gone` ones are rebuilt elsewhere. */
export type Standing = 'good' | 'late' | 'gone';

/**
 * The standing of a lease in an epoch. An epoch counts as missed when it is over without an answer;
 * more than `graceEpochs` of them in a row give the lease up, before the law calls its default.
 */
export function standingOf(
  lease: Row<'lease'>,
  tab: Row<'tab'>,
  epoch: bigint,
  graceEpochs: bigint,
): Standing {
  if (lease.state !== 'active') return 'gone';
  const missed = missesInRow(tab, lease, epoch);
  if (missed === 0n) return 'good';
  return missed <= graceEpochs ? 'late' : 'gone';
}

/** A stripe's shards, sorted into those that can be fetched and those that can't. */
export interface StripeHealth {
  readonly stripe: PlacedStripe;
  readonly live: readonly PlacedShard[];
  /** Indices to rebuild, ascending; with the place a shard had, if it ever had one. */
  readonly missing: readonly { readonly index: number; readonly former: PlacedShard | undefined }[];
  /** Live shards beyond the k that a read needs; negative: lost. */
  readonly margin: number;
}

/** The health of a stripe. `isLost` knows shards that are gone though their lease stands. */
export function stripeHealth(
  stripe: PlacedStripe,
  standing: (leaseId: string) => Standing,
  isLost: (shard: PlacedShard) => boolean,
): StripeHealth {
  const live = stripe.shards.filter((shard) => standing(shard.leaseId) !== 'gone' && !isLost(shard));
  const alive = new Set(live.map((shard) => shard.index));
  const former = new Map(stripe.shards.map((shard) => [shard.index, shard]));
  const missing = Array.from({ length: stripe.dataShards + stripe.parityShards }, (_, index) => index)
    .filter((index) => !alive.has(index))
    .map((index) => ({ index, former: former.get(index) }));
  return { stripe, live, missing, margin: alive.size - stripe.dataShards };
}

/** Stripes that lack shards in the order of repair: entries first, then fewest shards to spare, then by id. */
export function repairOrder(health: readonly StripeHealth[]): StripeHealth[] {
  return health
    .filter(({ missing }) => missing.length > 0)
    .toSorted(
      (a, b) =>
        Number(b.stripe.holdsEntry) - Number(a.stripe.holdsEntry) ||
        a.margin - b.margin ||
        (a.stripe.stripeId < b.stripe.stripeId ? -1 : 1),
    );
}

/** A lease may lack so many shards, or this share of them, and still be given them back. */
const forgivenShards = 8;
const forgivenShare = 1 / 8;

/**
 * Leases that stand but lack so much that their disk, not a few shards, is at fault: what they lack goes elsewhere.
 * A shard that was lost alone goes back to its lease instead, which costs no commit and cures the loss.
 */
export function distrustedLeases(
  health: readonly StripeHealth[],
  standing: (leaseId: string) => Standing,
): ReadonlySet<string> {
  const held = new Map<string, number>();
  const lacking = new Map<string, number>();
  const count = (counts: Map<string, number>, leaseId: string) =>
    counts.set(leaseId, (counts.get(leaseId) ?? 0) + 1);
  for (const { stripe, missing } of health) {
    for (const { leaseId } of stripe.shards) count(held, leaseId);
    for (const { former } of missing) if (former !== undefined) count(lacking, former.leaseId);
  }
  const distrusted = [...lacking].filter(
    ([leaseId, lost]) =>
      standing(leaseId) !== 'gone' &&
      lost > Math.max(forgivenShards, (held.get(leaseId) ?? 0) * forgivenShare),
  );
  return new Set(distrusted.map(([leaseId]) => leaseId));
}

/** How many stripes have how many shards to spare, and how many of all are complete. */
export interface HealthSummary {
  readonly stripes: number;
  readonly complete: number;
  readonly byMargin: Readonly<Record<'lost' | '0' | '1' | '2' | 'more', number>>;
}

/** Counts stripes by margin. */
export function healthSummary(health: readonly StripeHealth[]): HealthSummary {
  const byMargin = { lost: 0, '0': 0, '1': 0, '2': 0, more: 0 };
  for (const { margin } of health) byMargin[marginWord(margin)] += 1;
  const complete = health.filter(({ missing }) => missing.length === 0).length;
  return { stripes: health.length, complete, byMargin };
}

function marginWord(margin: number): keyof HealthSummary['byMargin'] {
  if (margin < 0) return 'lost';
  if (margin > 2) return 'more';
  return (['0', '1', '2'] as const)[margin] ?? 'more';
}

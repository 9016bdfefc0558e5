import { add, perGibibyte } from '@dstore/chaincode/domain';

/** What leases are asked for. */
export interface QuoteWish {
  /** Of each. */
  readonly capacityBytes: bigint;
  readonly termEpochs: bigint;
  readonly count: number;
}

/** A disk as a quote looks at it. */
export interface QuotedDisk {
  readonly diskId: string;
  readonly organization: string;
  /** Credits per GiB and epoch. */
  readonly price: bigint;
  /** Credits per GiB. */
  readonly collateralRate: bigint;
  readonly isLeased: boolean;
  readonly isOffering: boolean;
  readonly unleasedBytes: bigint;
  /** Credits that its pool may still stake. */
  readonly freeCollateral: bigint;
}

/** What a lease on a disk would cost. */
export interface LeaseQuote {
  readonly diskId: string;
  readonly organization: string;
  /** Credits per GiB and epoch. */
  readonly price: bigint;
  /** Credits that the owner pays in for the whole term. */
  readonly escrow: bigint;
  /** Credits that the provider stakes. */
  readonly collateral: bigint;
}

/** Why no lease can be had on a disk: the vault has one there, no offer, no room, too little stake wanted or left. */
export type Unquoted = 'leased' | 'not-offering' | 'too-full' | 'stake-too-low' | 'collateral-short';

/** What a lease on a disk would cost, or why none can be had. */
export function quoteOf(
  disk: QuotedDisk,
  { capacityBytes, termEpochs }: Pick<QuoteWish, 'capacityBytes' | 'termEpochs'>,
  minCollateralRate: bigint,
): LeaseQuote | Unquoted {
  const collateral = perGibibyte(disk.collateralRate, capacityBytes);
  if (disk.isLeased) return 'leased';
  if (!disk.isOffering) return 'not-offering';
  if (disk.unleasedBytes < capacityBytes) return 'too-full';
  if (disk.collateralRate < minCollateralRate) return 'stake-too-low';
  if (disk.freeCollateral < collateral) return 'collateral-short';
  const { diskId, organization, price } = disk;
  const escrow = add(perGibibyte(price, capacityBytes) * termEpochs);
  return { diskId, organization, price, escrow, collateral };
}

/**
 * So many of the quotes, the cheapest first; a second disk of an organization only after one of each other, for what
 * lies with one organization is lost together. Undefined where there are fewer.
 */
export function chooseQuotes(quotes: readonly LeaseQuote[], count: number): LeaseQuote[] | undefined {
  if (quotes.length < count) return undefined;
  const cheapest = quotes.toSorted((a, b) => compare(a.price, b.price) || compare(a.diskId, b.diskId));
  const seen = new Map<string, number>();
  const ranked = cheapest.map((quote) => {
    const rank = seen.get(quote.organization) ?? 0;
    seen.set(quote.organization, rank + 1);
    return { quote, rank };
  });
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ quote }) => quote);
}

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b);
}

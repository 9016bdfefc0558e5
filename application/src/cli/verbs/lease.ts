import { confirm } from '../confirm.js';
import { UsageError } from '../outcome.js';
import type { Session } from '../session.js';
import { bytesIn, sizeText } from '../text.js';

interface Account {
  readonly msp: string;
  readonly id: string;
}

interface Lease {
  readonly leaseId: string;
  readonly vaultId: string;
  readonly diskId: string;
  readonly provider: Account;
  readonly state: string;
  readonly price: string;
  readonly usedBytes: string;
  readonly capacityBytes: string;
  readonly shards: string;
  readonly firstEpoch: string;
  readonly lastEpoch: string;
  readonly escrow: string;
  readonly earned: string;
  readonly collateral: string;
  readonly missesInRow: string;
}

interface Quotes {
  readonly escrow: string;
  readonly disks: readonly Readonly<Record<string, string>>[];
}

interface Policy {
  readonly auto: boolean;
  readonly maxPrice: string;
  readonly minCollateralRate: string;
  readonly termEpochs: string;
  readonly capacityBytes: string;
  readonly headroomBytes: string;
  readonly budget?: string;
  readonly avoid: readonly string[];
}

interface PolicyWish {
  readonly auto?: 'yes' | 'no';
  readonly maxPrice?: string;
  readonly minCollateralRate?: string;
  readonly term?: string;
  readonly capacity?: string;
  readonly headroom?: string;
  readonly budget?: string;
  readonly avoid?: readonly string[];
}

/** `lease show`. */
export async function showLease(session: Session, start: string): Promise<void> {
  const lease = await leaseWith(session, start);
  await session.item(
    lease,
    rowsOf({
      lease: lease.leaseId,
      vault: lease.vaultId,
      disk: `${lease.diskId} of ${lease.provider.msp}`,
      state: lease.state,
      used: `${sizeText(lease.usedBytes)} of ${sizeText(lease.capacityBytes)}, ${lease.shards} shards`,
      epochs: `${lease.firstEpoch} to ${lease.lastEpoch}`,
      price: `${lease.price} credits a GiB and epoch`,
      escrow: `${lease.escrow} credits, still to be earned`,
      earned: `${lease.earned} credits, not yet collected`,
      collateral: `${lease.collateral} credits at stake`,
      missed: `${lease.missesInRow} epochs in a row`,
    }),
  );
}

/** `lease quote`: what so many leases would cost. */
export async function quoteLeases(
  session: Session,
  options: { readonly capacity: string; readonly term: string; readonly count: number },
): Promise<void> {
  const { capacity, term: termEpochs, count } = options;
  const wish = { capacityBytes: bytesIn(capacity), termEpochs, count };
  const quotes = await session.client.tell<Quotes>('POST', '/v1/lease-quotes', wish);
  const columns = ['disk', 'organization', 'price', 'escrow', 'collateral'];
  await session.items(quotes.disks, columns, (disk) => columns.map((name) => disk[name] ?? ''));
  session.say(
    `${quotes.escrow} credits go into escrow for ${termEpochs} epochs. Next: dstore lease open <disk> --capacity ${capacity} --term ${termEpochs}`,
  );
}

/** `lease open`, without `maxPrice` at the price that the disk asks now. */
export async function openLease(
  session: Session,
  disk: string,
  options: { readonly capacity: string; readonly term: string; readonly maxPrice?: string },
): Promise<void> {
  const { capacity, term: termEpochs } = options;
  const capacityBytes = bytesIn(capacity);
  const offered = async () =>
    (await session.client.json<{ price: string }>({ path: `/v1/disks/${encodeURIComponent(disk)}` })).price;
  const maxPrice = options.maxPrice ?? (await offered());
  await change(session, '/v1/leases', { disk, capacityBytes, termEpochs, maxPrice });
}

/** `lease extend`, without `maxPrice` at the price that the lease has. */
export async function extendLease(
  session: Session,
  start: string,
  options: { readonly term: string; readonly maxPrice?: string },
): Promise<void> {
  const { leaseId, price } = await leaseWith(session, start);
  const { term: termEpochs, maxPrice = price } = options;
  await change(session, `/v1/leases/${leaseId}/extensions`, { termEpochs, maxPrice });
}

/** `lease close`, after a yes. */
export async function closeLease(
  session: Session,
  start: string,
  { yes }: { readonly yes?: boolean },
): Promise<void> {
  const { leaseId, diskId } = await leaseWith(session, start);
  const next = `dstore lease close --yes ${start}`;
  if (yes !== true) await confirm(session, `End the lease on ${diskId}, and lease there no more?`, next);
  await change(session, `/v1/leases/${leaseId}/closure`, {});
  session.say(`The gateway opens none there by itself: dstore lease policy shows the disks that it avoids.`);
}

/** `lease policy`: shows it, or changes those members that are given. */
export async function leasePolicy(session: Session, options: PolicyWish): Promise<void> {
  const path = '/v1/lease-policy';
  const known = await session.client.json<Policy>({ path });
  const isWish = Object.keys(options).length > 0;
  const policy = isWish ? await session.client.tell<Policy>('PUT', path, changed(known, options)) : known;
  await session.item(policy, policyText(policy));
}

/** A line for each option that `lease policy` has. */
function policyText({ budget = 'none', avoid, ...policy }: Policy): string {
  return rowsOf({
    auto: policy.auto ? 'yes' : 'no',
    'max-price': policy.maxPrice,
    'min-collateral-rate': policy.minCollateralRate,
    term: policy.termEpochs,
    capacity: sizeText(policy.capacityBytes),
    headroom: sizeText(policy.headroomBytes),
    budget,
    avoid: avoid.join(',') || 'none',
  });
}

/** The policy with what is wished; members that are not named stay as they are. */
function changed(
  { budget: known, ...policy }: Policy,
  { auto, term, capacity, headroom, budget = known, ...more }: PolicyWish,
): object {
  return {
    ...policy,
    ...more,
    ...(auto === undefined ? {} : { auto: auto === 'yes' }),
    ...(term === undefined ? {} : { termEpochs: term }),
    ...(capacity === undefined ? {} : { capacityBytes: bytesIn(capacity) }),
    ...(headroom === undefined ? {} : { headroomBytes: bytesIn(headroom) }),
    ...(budget === undefined || budget === 'none' ? {} : { budget }),
  };
}

async function change(session: Session, path: string, wish: object): Promise<void> {
  const lease = await session.client.tell<Lease>('POST', path, wish);
  const { leaseId, diskId, state, capacityBytes, lastEpoch, price, escrow } = lease;
  const terms =
    state === 'active'
      ? `, ${sizeText(capacityBytes)} to epoch ${lastEpoch} at ${price}; ${escrow} credits in escrow`
      : '';
  await session.item(lease, `lease ${leaseId.slice(0, 8)} on ${diskId}: ${state}${terms}`);
}

const rowsOf = (rows: Readonly<Record<string, unknown>>) =>
  Object.entries(rows)
    .map(([name, value]) => `${name.padEnd(20)} ${String(value)}`)
    .join('\n');

/** The one lease whose id begins so. */
async function leaseWith({ client }: Session, start: string): Promise<Lease> {
  const found = (await client.all<Lease>('/v1/leases')).filter(({ leaseId }) => leaseId.startsWith(start));
  const [lease] = found;
  if (lease === undefined || found.length > 1)
    throw new UsageError(
      `${found.length === 0 ? 'no lease has' : 'several leases have'} an id that begins with "${start}"`,
      'dstore lease ls shows those there are',
    );
  return lease;
}

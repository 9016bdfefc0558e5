import {
  add,
  type Args,
  beaconIn,
  changeOf,
  checkTerm,
  insist,
  leaseIdOf,
  offerIn,
  openedTab,
  perGibibyte,
  pinnedOf,
  type Pinned,
  type Result,
  type Row,
  rowFormat,
  subtract,
  tabPolicy,
  withheldInRow,
} from '../domain/index.js';
import type { Call } from '../ledger/index.js';

type Wish = Args<'LeaseContract:OpenLease'>['leases'][number];

/** What all leases of one transaction share. */
interface Opening {
  readonly call: Call;
  readonly vault: Row<'vault'>;
  readonly epoch: bigint;
  readonly pinned: Pinned;
  readonly withholdLimit: number;
  readonly organizations: readonly string[];
}

/** LeaseContract:OpenLease. */
export async function openLeases(
  call: Call,
  { vaultId, leases, notes }: Args<'LeaseContract:OpenLease'>,
): Promise<Result<'LeaseContract:OpenLease'>> {
  await call.insistMember();
  const distinct = new Set(leases.map(({ diskId }) => diskId)).size === leases.length;
  insist(distinct && leases.length > 0, 'arguments-malformed', 'name at least one disk, each once');
  const vault = await call.store.get('vault-unknown', 'vault', vaultId);
  call.insistOwner(vault.owner);
  const { params, version } = await call.store.get('params-unknown', 'params');
  const epoch = (await call.epoch()).number;
  const organizations = await call.organizations();
  const { withholdLimit } = params;
  const opening = { call, vault, epoch, pinned: pinnedOf(version, params), withholdLimit, organizations };
  const opened = [];
  for (const [index, wish] of leases.entries()) opened.push(await openOne(opening, wish, index));
  const needed = add(...opened.map(({ escrow }) => escrow));
  call.purse.give(vault.owner, changeOf(await call.purse.spend(vault.owner, notes), needed, 'escrow-short'));
  call.announce('LeasesOpened', { vaultId, leases: opened });
  return { leaseIds: opened.map(({ leaseId }) => leaseId) };
}

async function openOne(opening: Opening, wish: Wish, index: number) {
  const { call, vault, epoch, pinned, organizations } = opening;
  const { diskId, capacityBytes, termEpochs } = wish;
  checkTerm(termEpochs);
  insist(capacityBytes > 0n, 'capacity-out-of-range', 'a lease has a capacity above zero');
  const disk = await call.store.get('disk-unknown', 'disk', diskId);
  const { price, collateralRate } = await insistOffering(opening, disk, wish);
  const collateral = perGibibyte(collateralRate, capacityBytes);
  insist(collateral >= wish.minCollateral, 'collateral-short', `${diskId} stakes ${collateral} credits`);
  await reserve(call, disk, epoch, capacityBytes, collateral);
  const escrow = add(perGibibyte(price, capacityBytes) * termEpochs);
  const leaseId = leaseIdOf(call.channel, call.txId, index);
  call.store.put('lease', [leaseId], {
    v: rowFormat,
    leaseId,
    vaultId: vault.vaultId,
    owner: vault.owner,
    diskId,
    provider: disk.provider,
    price,
    collateralRate,
    firstEpoch: epoch + 1n,
    terms: { capacityBytes, lastEpoch: add(epoch, termEpochs) },
    pinned,
    state: 'active',
  });
  call.store.put('tab', [leaseId], openedTab(escrow, collateral, epoch));
  const policy = tabPolicy(organizations, disk.provider.msp);
  if (policy !== undefined) call.store.guard('tab', [leaseId], policy);
  return { leaseId, diskId, capacityBytes, escrow, collateral };
}

/** The terms a disk offers now; `disk-not-offering` where it is paused or its organization suspended or withholding. */
async function insistOffering(opening: Opening, disk: Row<'disk'>, wish: Wish) {
  const { call, epoch, withholdLimit, organizations } = opening;
  const { msp } = disk.provider;
  const offer = offerIn(disk, epoch);
  const offering = offer.state === 'offering' && (disk.next?.offer.state ?? 'offering') === 'offering';
  insist(offering, 'disk-not-offering', `${disk.diskId} takes no new leases`);
  insist(organizations.includes(msp), 'disk-not-offering', `${msp} is suspended`);
  const beacon = await call.store.find('beacon', msp);
  const withheld = beacon === undefined ? 0n : withheldInRow(beaconIn(beacon, epoch), epoch);
  insist(
    withheld < BigInt(withholdLimit),
    'disk-not-offering',
    `${msp} withheld ${withheld} values in a row`,
  );
  insist(offer.price <= wish.maxPrice, 'price-changed', `${disk.diskId} asks ${offer.price}`);
  return offer;
}

/** Takes room and collateral from a disk's pool, as `disk-full` or `collateral-short` allow. */
export async function reserve(
  call: Call,
  disk: Row<'disk'>,
  epoch: bigint,
  bytes: bigint,
  collateral: bigint,
): Promise<void> {
  const pool = await call.store.get('disk-unknown', 'pool', disk.diskId);
  const now = offerIn(disk, epoch).capacityBytes;
  const then = disk.next?.offer.capacityBytes ?? now;
  const reservedBytes = add(pool.reservedBytes, bytes);
  insist(
    reservedBytes <= (now < then ? now : then),
    'disk-full',
    `${disk.diskId} has no room for ${bytes} bytes`,
  );
  insist(pool.collateral >= collateral, 'collateral-short', `the pool holds ${pool.collateral}`);
  call.store.put('pool', [disk.diskId], {
    ...pool,
    reservedBytes,
    collateral: subtract(pool.collateral, collateral),
  });
}

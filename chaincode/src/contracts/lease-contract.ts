import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import {
  add,
  type Args,
  checkTerm,
  closingSplit,
  defaultReason,
  dueOf,
  emptiedTab,
  extended,
  finalTerms,
  insist,
  insistActive,
  leaseIdOf,
  offerIn,
  openedTab,
  perGibibyte,
  pinnedOf,
  resized,
  type Row,
  rowFormat,
  sameAccount,
  subtract,
  type TermsMoney,
  termsIn,
} from '../domain/index.js';
import { tabPolicy } from '../ledger/key-policy.js';
import type { Session } from '../ledger/session.js';
import { transact } from '../ledger/transact.js';

type Lease = Row<'lease'>;
type Wish = Args<'LeaseContract:OpenLease'>['leases'][number];

/** The agreement between a vault and a disk, from opening to its end. */
@Info({ title: 'LeaseContract', description: 'Leases' })
export class LeaseContract extends Contract {
  constructor() {
    super('LeaseContract');
  }

  /** By the vault's owner: leases on several disks at once, each with the highest price and least collateral it agrees to. */
  @Transaction()
  @Returns('string')
  async OpenLease(ctx: Context, argument: string): Promise<string> {
    return transact(
      ctx,
      'LeaseContract:OpenLease',
      argument,
      async (session, { vaultId, leases: wishes, notes }) => {
        const owner = await session.member('owner');
        const vault = await session.rows.read('vault', vaultId);
        insist(vault !== undefined, 'vault-unknown', `there is no vault ${vaultId}`);
        insist(sameAccount(vault.owner, owner), 'not-owner', `vault ${vaultId} is another owner's`);
        insist(wishes.length > 0, 'arguments-malformed', 'no lease is asked for');
        insist(
          new Set(wishes.map((wish) => wish.diskId)).size === wishes.length,
          'arguments-malformed',
          'a disk is named twice',
        );
        const opened = [];
        for (const [index, wish] of wishes.entries()) opened.push(await open(session, vault, wish, index));
        await session.spend(notes, add(...opened.map((lease) => lease.escrow)));
        session.announce('LeasesOpened', { vaultId, leases: opened });
        return { leaseIds: opened.map((lease) => lease.leaseId) };
      },
    );
  }

  /** By the vault's owner, one change an epoch: a longer term from the next epoch on; collateral is topped up to its full height. */
  @Transaction()
  @Returns('string')
  async ExtendLease(ctx: Context, argument: string): Promise<string> {
    return transact(
      ctx,
      'LeaseContract:ExtendLease',
      argument,
      async (session, { leaseId, termEpochs, notes }) => {
        const { lease, tab } = await ownLease(session, leaseId);
        const { number } = await session.epoch();
        const change = extended(lease, number, termEpochs, tab.collateral);
        await applyChange(session, change.lease, tab, change.money, 0n, notes);
        return {};
      },
    );
  }

  /** By the vault's owner, one change an epoch: another capacity from the next epoch on. */
  @Transaction()
  @Returns('string')
  async ResizeLease(ctx: Context, argument: string): Promise<string> {
    return transact(
      ctx,
      'LeaseContract:ResizeLease',
      argument,
      async (session, { leaseId, capacityBytes, notes }) => {
        const { lease, tab } = await ownLease(session, leaseId);
        const { number } = await session.epoch();
        const content = await contentOf(session, leaseId);
        const change = resized(lease, number, capacityBytes, content?.bytes ?? 0n, tab);
        const grown = capacityBytes - termsIn(lease, number).capacityBytes;
        await applyChange(session, change.lease, tab, change.money, grown, notes);
        return {};
      },
    );
  }

  /** By anyone once term and grace have passed; by the owner earlier, when nothing lies in the lease, paying notice. */
  @Transaction()
  @Returns('string')
  async CloseLease(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'LeaseContract:CloseLease', argument, async (session, { leaseId }) => {
      const caller = await session.member(undefined, true);
      const { lease, tab } = await leaseOf(session, leaseId);
      insistActive(lease);
      const { number } = await session.epoch();
      insist(
        defaultReason(tab, lease, number) === undefined,
        'lease-not-ended',
        'the lease is in default; call CallDefault',
      );
      const ended = number > finalTerms(lease).lastEpoch + lease.pinned.graceEpochs;
      if (!ended) {
        insist(
          sameAccount(lease.owner, caller),
          'lease-not-ended',
          `the lease ends after epoch ${finalTerms(lease).lastEpoch + lease.pinned.graceEpochs}`,
        );
        insist(
          ((await contentOf(session, leaseId))?.count ?? 0n) === 0n,
          'lease-not-empty',
          'shards lie in the lease',
        );
      }
      const split = closingSplit(tab, ended ? 0n : dueOf(lease, number) * lease.pinned.noticeEpochs);
      await end(session, lease, tab, 'closed', split);
      const { toOwner, toProvider } = split;
      session.announce('LeaseClosed', {
        leaseId,
        diskId: lease.diskId,
        vaultId: lease.vaultId,
        toOwner,
        toProvider,
      });
      return {};
    });
  }

  /** By anyone: collateral and the rest of the escrow go to the owner of a lease whose provider has defaulted. */
  @Transaction()
  @Returns('string')
  async CallDefault(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'LeaseContract:CallDefault', argument, async (session, { leaseId }) => {
      await session.member(undefined, true);
      const { lease, tab } = await leaseOf(session, leaseId);
      insistActive(lease);
      const { number } = await session.epoch();
      const reason = defaultReason(tab, lease, number);
      insist(reason !== undefined, 'lease-not-in-default', `lease ${leaseId} is not in default`);
      const split = { toOwner: add(tab.escrow, tab.collateral), toProvider: tab.earned, toPool: 0n };
      await end(session, lease, tab, 'defaulted', split);
      const { toOwner, toProvider } = split;
      session.announce('LeaseDefaulted', {
        leaseId,
        diskId: lease.diskId,
        vaultId: lease.vaultId,
        toOwner,
        toProvider,
        reason,
      });
      return {};
    });
  }
}

async function open(session: Session, vault: Row<'vault'>, wish: Wish, index: number) {
  const { diskId, capacityBytes, termEpochs } = wish;
  const { number } = await session.epoch();
  const { version, params } = await session.params();
  const disk = await session.rows.read('disk', diskId);
  const pool = await session.rows.read('pool', diskId);
  insist(disk !== undefined && pool !== undefined, 'disk-unknown', `there is no disk ${diskId}`);
  const offer = offerIn(disk, number);
  await insistOffering(session, disk, offer.state, number);
  checkTerm(termEpochs);
  insist(capacityBytes > 0n, 'capacity-out-of-range', 'a lease of nothing');
  insist(
    offer.price <= wish.maxPrice,
    'price-changed',
    `disk ${diskId} asks ${offer.price} credits per GiB and epoch`,
  );
  const collateral = perGibibyte(offer.collateralRate, capacityBytes);
  insist(
    collateral >= wish.minCollateral,
    'collateral-short',
    `disk ${diskId} puts up ${collateral} credits`,
  );
  insist(
    collateral <= pool.collateral,
    'collateral-short',
    `the pool of disk ${diskId} holds ${pool.collateral} of ${collateral} credits`,
  );
  insist(
    pool.reservedBytes + capacityBytes <= offer.capacityBytes,
    'disk-full',
    `disk ${diskId} has ${offer.capacityBytes - pool.reservedBytes} bytes left`,
  );
  const leaseId = leaseIdOf(session.channel, session.txId, index);
  const escrow = perGibibyte(offer.price, capacityBytes) * termEpochs;
  session.rows.write('pool', [diskId], {
    ...pool,
    reservedBytes: pool.reservedBytes + capacityBytes,
    collateral: subtract(pool.collateral, collateral),
  });
  session.rows.write('lease', [leaseId], {
    v: rowFormat,
    leaseId,
    vaultId: vault.vaultId,
    owner: vault.owner,
    diskId,
    provider: disk.provider,
    price: offer.price,
    collateralRate: offer.collateralRate,
    firstEpoch: number + 1n,
    terms: { capacityBytes, lastEpoch: number + termEpochs },
    pinned: pinnedOf(version, params),
    state: 'active',
  });
  await openTab(session, leaseId, disk.provider.msp, openedTab(escrow, collateral, number));
  return { leaseId, diskId, capacityBytes, escrow, collateral };
}

async function insistOffering(
  session: Session,
  disk: Row<'disk'>,
  state: string,
  epoch: bigint,
): Promise<void> {
  insist(state === 'offering', 'disk-not-offering', `disk ${disk.diskId} is ${state}`);
  const { msp } = disk.provider;
  insist(
    (await session.rows.read('org', msp))?.state === 'active',
    'disk-not-offering',
    `organization ${msp} is suspended`,
  );
  const { params } = await session.params();
  const beacon = await session.rows.read('beacon', msp);
  const silent = beacon === undefined ? 0n : epoch - beacon.lastEpoch;
  insist(
    silent < BigInt(params.withholdLimit),
    'disk-not-offering',
    `organization ${msp} withheld its last ${silent} reveals`,
  );
}

async function openTab(session: Session, leaseId: string, provider: string, tab: Row<'tab'>): Promise<void> {
  session.rows.write('tab', [leaseId], tab);
  const policy = tabPolicy(await session.organizations(), provider);
  if (policy !== undefined) session.rows.guard('tab', [leaseId], policy);
}

async function leaseOf(session: Session, leaseId: string): Promise<{ lease: Lease; tab: Row<'tab'> }> {
  const lease = await session.rows.read('lease', leaseId);
  const tab = await session.rows.read('tab', leaseId);
  insist(lease !== undefined && tab !== undefined, 'lease-unknown', `there is no lease ${leaseId}`);
  return { lease, tab };
}

async function ownLease(session: Session, leaseId: string): Promise<{ lease: Lease; tab: Row<'tab'> }> {
  const owner = await session.member('owner');
  const found = await leaseOf(session, leaseId);
  insist(sameAccount(found.lease.owner, owner), 'not-owner', `lease ${leaseId} is another owner's`);
  return found;
}

async function contentOf(session: Session, leaseId: string): Promise<Row<'content'> | undefined> {
  const tip = await session.rows.read('tip', leaseId);
  return tip === undefined ? undefined : session.rows.read('content', leaseId, tip.epoch.toString());
}

async function applyChange(
  session: Session,
  lease: Lease,
  tab: Row<'tab'>,
  money: TermsMoney,
  grownBytes: bigint,
  notes: readonly string[],
): Promise<void> {
  const pool = await session.rows.read('pool', lease.diskId);
  const disk = await session.rows.read('disk', lease.diskId);
  if (pool === undefined || disk === undefined) throw new Error('invariant: a lease without a disk');
  const { number } = await session.epoch();
  const reservedBytes = pool.reservedBytes + grownBytes;
  const room = offerIn(disk, number).capacityBytes;
  insist(
    grownBytes <= 0n || reservedBytes <= room,
    'disk-full',
    `disk ${lease.diskId} has ${room - pool.reservedBytes} bytes left`,
  );
  insist(
    money.toCollateral <= pool.collateral,
    'collateral-short',
    `the pool of disk ${lease.diskId} holds ${pool.collateral} credits`,
  );
  await session.spend(notes, money.toEscrow);
  session.issue(lease.owner, money.fromEscrow);
  const collateral = subtract(add(pool.collateral, money.fromCollateral), money.toCollateral);
  session.rows.write('pool', [lease.diskId], { ...pool, reservedBytes, collateral });
  session.rows.write('tab', [lease.leaseId], {
    ...tab,
    escrow: subtract(add(tab.escrow, money.toEscrow), money.fromEscrow),
    collateral: subtract(add(tab.collateral, money.toCollateral), money.fromCollateral),
  });
  session.rows.write('lease', [lease.leaseId], lease);
  const { capacityBytes, lastEpoch } = finalTerms(lease);
  const { leaseId, diskId, vaultId } = lease;
  session.announce('LeaseChanged', { leaseId, diskId, vaultId, from: number + 1n, capacityBytes, lastEpoch });
}

async function end(
  session: Session,
  lease: Lease,
  tab: Row<'tab'>,
  state: 'closed' | 'defaulted',
  split: { readonly toOwner: bigint; readonly toProvider: bigint; readonly toPool: bigint },
): Promise<void> {
  const pool = await session.rows.read('pool', lease.diskId);
  if (pool === undefined) throw new Error('invariant: a lease without a pool');
  // A change of capacity is reserved when it is made, before it counts: the final terms are what the pool holds.
  const { capacityBytes } = finalTerms(lease);
  session.issue(lease.owner, split.toOwner);
  session.issue(lease.provider, split.toProvider);
  const collateral = add(pool.collateral, split.toPool);
  session.rows.write('pool', [lease.diskId], {
    ...pool,
    reservedBytes: subtract(pool.reservedBytes, capacityBytes),
    collateral,
  });
  session.rows.write('tab', [lease.leaseId], emptiedTab(tab));
  session.rows.write('lease', [lease.leaseId], { ...lease, state });
}

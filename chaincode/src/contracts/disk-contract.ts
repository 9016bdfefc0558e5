import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import {
  type Account,
  add,
  changedOffer,
  checkOffer,
  insist,
  type Row,
  rowFormat,
  sameAccount,
  subtract,
} from '../domain/index.js';
import type { Session } from '../ledger/session.js';
import { transact } from '../ledger/transact.js';

/** What providers offer, and the collateral behind it. */
@Info({ title: 'DiskContract', description: 'Disks and their pools' })
export class DiskContract extends Contract {
  constructor() {
    super('DiskContract');
  }

  /** By a provider: a new disk with an empty pool; the caller becomes its provider. */
  @Transaction()
  @Returns('string')
  async Offer(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'DiskContract:Offer', argument, async (session, { diskId, ...offered }) => {
      const provider = await session.member('provider');
      insist(
        (await session.rows.read('disk', diskId)) === undefined,
        'disk-exists',
        `disk ${diskId} is there already`,
      );
      const offer = checkOffer({ ...offered, state: 'offering' });
      session.rows.write('disk', [diskId], { v: rowFormat, diskId, provider, offer, formerKeys: [] });
      session.rows.write('pool', [diskId], { v: rowFormat, reservedBytes: 0n, collateral: 0n });
      session.announce('DiskOffered', { diskId, provider });
      return {};
    });
  }

  /** By the disk's provider, once an epoch: counts from the next. State `retiring` is for good. */
  @Transaction()
  @Returns('string')
  async Change(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'DiskContract:Change', argument, async (session, { diskId, ...change }) => {
      const { disk, pool } = await ownDisk(session, diskId);
      const epoch = await session.epoch();
      const { params } = await session.params();
      const keepUntil = epoch.number + params.receiptEpochs + 1n;
      const changed = changedOffer(disk, epoch.number, change, pool.reservedBytes, keepUntil);
      session.rows.write('disk', [diskId], changed);
      session.announce('DiskChanged', {
        diskId,
        from: epoch.number + 1n,
        state: change.state ?? disk.offer.state,
      });
      return {};
    });
  }

  /** By the disk's provider: moves credits from notes into the pool that backs new leases. */
  @Transaction()
  @Returns('string')
  async FundPool(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'DiskContract:FundPool', argument, async (session, { diskId, amount, notes }) => {
      const { pool } = await ownDisk(session, diskId);
      insist(amount > 0n, 'amount-zero', 'there is nothing to move');
      await session.spend(notes, amount);
      writePool(session, diskId, { ...pool, collateral: add(pool.collateral, amount) });
      return {};
    });
  }

  /** By the disk's provider: takes credits out that back no lease. */
  @Transaction()
  @Returns('string')
  async DrawPool(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'DiskContract:DrawPool', argument, async (session, { diskId, amount }) => {
      const { pool, provider } = await ownDisk(session, diskId);
      insist(amount > 0n, 'amount-zero', 'there is nothing to move');
      insist(amount <= pool.collateral, 'collateral-short', `the pool holds ${pool.collateral} credits`);
      session.issue(provider, amount);
      writePool(session, diskId, { ...pool, collateral: subtract(pool.collateral, amount) });
      return {};
    });
  }
}

function writePool(session: Session, diskId: string, pool: Row<'pool'>): void {
  session.rows.write('pool', [diskId], pool);
  session.announce('PoolChanged', { diskId, collateral: pool.collateral });
}

async function ownDisk(
  session: Session,
  diskId: string,
): Promise<{ disk: Row<'disk'>; pool: Row<'pool'>; provider: Account }> {
  const caller = await session.member('provider');
  const disk = await session.rows.read('disk', diskId);
  const pool = await session.rows.read('pool', diskId);
  insist(disk !== undefined && pool !== undefined, 'disk-unknown', `there is no disk ${diskId}`);
  insist(sameAccount(disk.provider, caller), 'not-provider', `disk ${diskId} is another provider's`);
  return { disk, pool, provider: disk.provider };
}

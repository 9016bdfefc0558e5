import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import {
  add,
  changedOffer,
  changeOf,
  checkOffer,
  insist,
  type Row,
  rowFormat,
  subtract,
} from '../domain/index.js';
import { type Call, execute } from '../ledger/index.js';

/** What providers offer, and the collateral behind it. */
@Info({ title: 'DiskContract', description: 'Disks and their pools' })
export class DiskContract extends Contract {
  constructor() {
    super('DiskContract');
  }

  /** By a member with the role provider: a disk of its own, leasable from now on. Refuses `disk-exists`. */
  @Transaction()
  @Returns('string')
  async Offer(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'DiskContract:Offer', argument, async (call, { diskId, ...given }) => {
      await call.insistMember();
      call.insistRole('provider');
      const offer = checkOffer({ ...given, state: 'offering' });
      insist((await call.store.find('disk', diskId)) === undefined, 'disk-exists', `${diskId} is taken`);
      const provider = call.account;
      call.store.put('disk', [diskId], { v: rowFormat, diskId, provider, offer, formerKeys: [] });
      call.store.put('pool', [diskId], { v: rowFormat, reservedBytes: 0n, collateral: 0n });
      call.announce('DiskOffered', { diskId, provider });
      return {};
    });
  }

  /** By the disk's provider, once an epoch: another offer from the next epoch on; open leases keep their terms. */
  @Transaction()
  @Returns('string')
  async Change(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'DiskContract:Change', argument, async (call, { diskId, ...change }) => {
      const { disk, pool } = await ownDisk(call, diskId);
      const { number } = await call.epoch();
      const { params } = await call.store.get('params-unknown', 'params');
      // A receipt signed now may name an epoch this far ahead, and the old key signs until the next epoch.
      const keepUntil = number + 1n + params.receiptEpochs;
      const changed = changedOffer(disk, number, change, pool.reservedBytes, keepUntil);
      call.store.put('disk', [diskId], changed);
      call.announce('DiskChanged', {
        diskId,
        from: number + 1n,
        state: changed.next?.offer.state ?? changed.offer.state,
      });
      return {};
    });
  }

  /** By the disk's provider: notes become collateral; what is over comes back as a note. Refuses `notes-short`. */
  @Transaction()
  @Returns('string')
  async FundPool(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'DiskContract:FundPool', argument, async (call, { diskId, amount, notes }) => {
      insist(amount > 0n, 'amount-zero', 'there is nothing to add');
      const { pool } = await ownDisk(call, diskId);
      call.purse.give(
        call.account,
        changeOf(await call.purse.spend(call.account, notes), amount, 'notes-short'),
      );
      putCollateral(call, diskId, pool, add(pool.collateral, amount));
      return {};
    });
  }

  /** By the disk's provider: collateral that backs no lease becomes a note. Refuses `collateral-short`. */
  @Transaction()
  @Returns('string')
  async DrawPool(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'DiskContract:DrawPool', argument, async (call, { diskId, amount }) => {
      insist(amount > 0n, 'amount-zero', 'there is nothing to draw');
      const { pool } = await ownDisk(call, diskId);
      insist(pool.collateral >= amount, 'collateral-short', `the pool holds ${pool.collateral}`);
      call.purse.give(call.account, amount);
      putCollateral(call, diskId, pool, subtract(pool.collateral, amount));
      return {};
    });
  }
}

async function ownDisk(call: Call, diskId: string): Promise<{ disk: Row<'disk'>; pool: Row<'pool'> }> {
  await call.insistMember();
  const disk = await call.store.get('disk-unknown', 'disk', diskId);
  call.insistProvider(disk.provider);
  return { disk, pool: await call.store.get('disk-unknown', 'pool', diskId) };
}

function putCollateral(call: Call, diskId: string, pool: Row<'pool'>, collateral: bigint): void {
  call.store.put('pool', [diskId], { ...pool, collateral });
  call.announce('PoolChanged', { diskId, collateral });
}

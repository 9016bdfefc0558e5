import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import { add, changeOf, checkTransfer, insist, rowFormat } from '../domain/index.js';
import { execute } from '../ledger/index.js';

/** Credits as notes. They enter the supply by an enacted proposal only. */
@Info({ title: 'TokenContract', description: 'Notes, transfers and earnings' })
export class TokenContract extends Contract {
  constructor() {
    super('TokenContract');
  }

  /** By the holder of the notes: merges, splits, hands on; outputs equal inputs and go to members. */
  @Transaction()
  @Returns('string')
  async Transfer(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'TokenContract:Transfer', argument, async (call, { notes, outputs }) => {
      await call.insistMember();
      const amount = checkTransfer(await call.purse.spend(call.account, notes), outputs);
      const noteIds: string[] = [];
      for (const output of outputs) {
        await call.store.get('account-unknown', 'member', output.to.msp, output.to.id);
        const noteId = call.purse.give(output.to, output.amount);
        if (noteId !== undefined) noteIds.push(noteId);
      }
      call.announce('CreditsMoved', { from: call.account, amount });
      return { noteIds };
    });
  }

  /** By a holder with the role treasurer: takes credits out of the supply. */
  @Transaction()
  @Returns('string')
  async Burn(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'TokenContract:Burn', argument, async (call, { notes, amount }) => {
      await call.insistMember();
      call.insistRole('treasurer');
      insist(amount > 0n, 'amount-zero', 'there is nothing to burn');
      const by = call.account;
      call.purse.give(by, changeOf(await call.purse.spend(by, notes), amount, 'notes-short'));
      call.store.put('burn', [call.txId], { v: rowFormat, amount, by });
      call.announce('CreditsBurned', { by, amount });
      return {};
    });
  }

  /** By the provider of the leases: what they have earned becomes one note. Refuses `amount-zero`. */
  @Transaction()
  @Returns('string')
  async CollectEarnings(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'TokenContract:CollectEarnings', argument, async (call, { leaseIds }) => {
      await call.insistMember();
      // Binds the collecting to the epoch: beside a close or default of the same lease only one of them is valid.
      await call.epoch();
      insist(new Set(leaseIds).size === leaseIds.length, 'arguments-malformed', 'a lease is named twice');
      let amount = 0n;
      for (const leaseId of leaseIds) {
        call.insistProvider((await call.store.get('lease-unknown', 'lease', leaseId)).provider);
        const tab = await call.store.get('lease-unknown', 'tab', leaseId);
        amount = add(amount, tab.earned);
        if (tab.earned > 0n) call.store.put('tab', [leaseId], { ...tab, earned: 0n });
      }
      insist(amount > 0n, 'amount-zero', 'nothing is earned');
      call.purse.give(call.account, amount);
      call.announce('EarningsCollected', { provider: call.account, amount });
      return { amount };
    });
  }
}

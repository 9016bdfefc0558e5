import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import { add, insist, rowFormat, sameAccount } from '../domain/index.js';
import { transact } from '../ledger/transact.js';

/** Credits as notes: to spend is to name notes, outputs are new notes. */
@Info({ title: 'TokenContract', description: 'Transfers, burns, earnings' })
export class TokenContract extends Contract {
  constructor() {
    super('TokenContract');
  }

  /** By a treasurer, from the own notes: outputs equal inputs, so it also merges and splits. */
  @Transaction()
  @Returns('string')
  async Transfer(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'TokenContract:Transfer', argument, async (session, { notes, outputs }) => {
      const from = await session.member('treasurer', true);
      for (const { amount } of outputs) insist(amount > 0n, 'amount-zero', 'an output of nothing is no note');
      const total = add(...outputs.map(({ amount }) => amount));
      const held = await session.take(notes);
      insist(held === total, 'amounts-unequal', `the notes hold ${held} credits, the outputs ${total}`);
      const noteIds = outputs.map(({ to, amount }) => session.issue(to, amount) as string);
      session.announce('CreditsMoved', { from, amount: total });
      return { noteIds };
    });
  }

  /** By a treasurer, from the own notes: takes credits out of the supply. */
  @Transaction()
  @Returns('string')
  async Burn(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'TokenContract:Burn', argument, async (session, { notes, amount }) => {
      const by = await session.member('treasurer');
      insist(amount > 0n, 'amount-zero', 'there is nothing to burn');
      await session.spend(notes, amount);
      session.rows.write('burn', [session.txId], { v: rowFormat, amount, by });
      session.announce('CreditsBurned', { by, amount });
      return {};
    });
  }

  /** By the provider of the leases: what they earned becomes one note. */
  @Transaction()
  @Returns('string')
  async CollectEarnings(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'TokenContract:CollectEarnings', argument, async (session, { leaseIds }) => {
      const provider = await session.member('provider', true);
      insist(new Set(leaseIds).size === leaseIds.length, 'arguments-malformed', 'a lease is named twice');
      let amount = 0n;
      for (const leaseId of leaseIds) {
        const lease = await session.rows.read('lease', leaseId);
        const tab = await session.rows.read('tab', leaseId);
        insist(lease !== undefined && tab !== undefined, 'lease-unknown', `there is no lease ${leaseId}`);
        insist(
          sameAccount(lease.provider, provider),
          'not-provider',
          `lease ${leaseId} is another provider's`,
        );
        amount = add(amount, tab.earned);
        if (tab.earned > 0n) session.rows.write('tab', [leaseId], { ...tab, earned: 0n });
      }
      insist(amount > 0n, 'amount-zero', 'nothing has been earned since the last time');
      session.issue(provider, amount);
      session.announce('EarningsCollected', { provider, amount });
      return { amount };
    });
  }
}

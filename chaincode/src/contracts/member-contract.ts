import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import { insist, rowFormat } from '../domain/index.js';
import { transact } from '../ledger/transact.js';

/** Who takes part as a person or a service. */
@Info({ title: 'MemberContract', description: 'Members of the organizations' })
export class MemberContract extends Contract {
  constructor() {
    super('MemberContract');
  }

  /** By the holder of a certificate of an active organization, for itself; again to publish another HPKE key. */
  @Transaction()
  @Returns('string')
  async Enlist(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'MemberContract:Enlist', argument, async (session, { hpkeKey }) => {
      await session.organization();
      const { account } = session.caller;
      const member = await session.rows.read('member', account.msp, account.id);
      insist(member?.state !== 'revoked', 'member-revoked', 'a revoked member does not enlist again');
      const key = hpkeKey === undefined ? {} : { hpkeKey };
      session.rows.write('member', [account.msp, account.id], {
        v: rowFormat,
        account,
        state: 'active',
        ...key,
      });
      session.announce('MemberEnlisted', { account });
      return {};
    });
  }

  /** By an admin, for members of the own organization. */
  @Transaction()
  @Returns('string')
  async SetState(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'MemberContract:SetState', argument, async (session, { id, state }) => {
      const { msp } = await session.member('admin');
      const member = await session.rows.read('member', msp, id);
      insist(member !== undefined, 'account-unknown', `${msp}/${id} has not enlisted`);
      session.rows.write('member', [msp, id], { ...member, state });
      session.announce('MemberStateSet', { account: member.account, state });
      return {};
    });
  }
}

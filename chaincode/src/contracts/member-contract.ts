import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import { checkPoint, insist, rowFormat } from '../domain/index.js';
import { execute } from '../ledger/index.js';

/** Who of the organizations takes part. */
@Info({ title: 'MemberContract', description: 'Enlisting and revoking members' })
export class MemberContract extends Contract {
  constructor() {
    super('MemberContract');
  }

  /** By any certificate of an active organization, for itself; again to change the key. Refuses `member-revoked`. */
  @Transaction()
  @Returns('string')
  async Enlist(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'MemberContract:Enlist', argument, async (call, { hpkeKey }) => {
      await call.insistOrganization();
      const { account } = call;
      const known = await call.store.find('member', account.msp, account.id);
      insist(known?.state !== 'revoked', 'member-revoked', `${account.msp}/${account.id} is revoked`);
      if (hpkeKey !== undefined) checkPoint(hpkeKey);
      const key = hpkeKey === undefined ? {} : { hpkeKey };
      call.store.put('member', [account.msp, account.id], { v: rowFormat, account, state: 'active', ...key });
      call.announce('MemberEnlisted', { account });
      return {};
    });
  }

  /** By an org admin, for members of the own organization. */
  @Transaction()
  @Returns('string')
  async SetState(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'MemberContract:SetState', argument, async (call, { id, state }) => {
      await call.insistMember();
      call.insistRole('admin');
      const { msp } = call.account;
      const member = await call.store.get('member-unknown', 'member', msp, id);
      call.store.put('member', [msp, id], { ...member, state });
      call.announce('MemberStateSet', { account: member.account, state });
      return {};
    });
  }
}

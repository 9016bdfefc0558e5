import { type Account, insist } from '@dstore/chaincode/domain';
import type { RecentRows } from './recent-rows.js';

/** Lets active members of active organizations pass; refuses `member-unknown`, `member-revoked`, `org-suspended`. */
export class AdmitMember {
  readonly #rows: Pick<RecentRows, 'read'>;

  constructor(rows: Pick<RecentRows, 'read'>) {
    this.#rows = rows;
  }

  async run({ msp, id }: Account): Promise<void> {
    const [org, member] = await Promise.all([
      this.#rows.read('org', msp),
      this.#rows.read('member', msp, id),
    ]);
    insist(
      org !== undefined && member !== undefined,
      'member-unknown',
      `${msp}/${id} is no member of the consortium`,
    );
    insist(org.state === 'active', 'org-suspended', `${msp} is suspended`);
    insist(member.state === 'active', 'member-revoked', `${msp}/${id} is revoked`);
  }
}

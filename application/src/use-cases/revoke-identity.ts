import { Refusal } from '@dstore/chaincode/domain';

import type { Identities, RevocationReason } from '../ports/identities.js';
import type { Ledger } from '../ports/ledger.js';

/**
 * Takes an organization's word for somebody back: on the ledger first, where every transaction and every door hears of it
 * at once, then at the certificate authority. Twice is harmless. Answers how many certificates that revoked.
 */
export class RevokeIdentity {
  readonly #identities: Pick<Identities, 'revoke' | 'list'>;
  readonly #admin: Pick<Ledger, 'submit'>;

  /** `admin`: the ledger as an admin of the organization sees it. */
  constructor(identities: Pick<Identities, 'revoke' | 'list'>, admin: Pick<Ledger, 'submit'>) {
    this.#identities = identities;
    this.#admin = admin;
  }

  async run(id: string, reason: RevocationReason): Promise<number> {
    const known = await this.#identities.list();
    if (known.some((each) => each.id === id)) await this.#onLedger(id);
    return this.#identities.revoke(id, reason);
  }

  async #onLedger(id: string): Promise<void> {
    try {
      await this.#admin.submit('MemberContract:SetState', { id, state: 'revoked' });
    } catch (error) {
      // Who never enlisted is nobody whom the ledger would have to forget.
      if (!(error instanceof Refusal && error.code === 'member-unknown')) throw error;
    }
  }
}

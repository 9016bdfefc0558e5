import { type Account, add, insist } from '@dstore/chaincode/domain';
import { type Ledger, rowsOf } from '../ports/ledger.js';

/** A member's money: free in notes, escrow in its leases, earned and collateral of its disks. */
export interface AccountView {
  readonly account: Account;
  readonly notes: readonly { readonly noteId: string; readonly amount: bigint }[];
  readonly free: bigint;
  readonly escrow: bigint;
  readonly earned: bigint;
  readonly collateral: bigint;
}

/** Reads a member's account. */
export class ReadAccount {
  readonly #ledger: Pick<Ledger, 'read' | 'list'>;

  constructor(ledger: Pick<Ledger, 'read' | 'list'>) {
    this.#ledger = ledger;
  }

  /** Refusal `account-unknown` for an account that is no member and holds nothing. */
  async run(account: Account): Promise<AccountView> {
    const notes: { noteId: string; amount: bigint }[] = [];
    for await (const { parts, row } of rowsOf(this.#ledger, 'note', [account.msp, account.id]))
      notes.push({ noteId: parts[2] ?? '', amount: row.amount });
    const money = { escrow: 0n, earned: 0n, collateral: 0n };
    for await (const { row: lease } of rowsOf(this.#ledger, 'lease')) {
      const tab = await this.#ledger.read('tab', lease.leaseId);
      if (tab === undefined) continue;
      if (same(lease.owner, account)) money.escrow += tab.escrow;
      if (!same(lease.provider, account)) continue;
      money.earned += tab.earned;
      money.collateral += tab.collateral;
    }
    for await (const { row: disk } of rowsOf(this.#ledger, 'disk'))
      if (same(disk.provider, account))
        money.collateral += (await this.#ledger.read('pool', disk.diskId))?.collateral ?? 0n;
    const member = await this.#ledger.read('member', account.msp, account.id);
    const holds = notes.length > 0 || Object.values(money).some((amount) => amount > 0n);
    insist(member !== undefined || holds, 'account-unknown', 'the ledger has no such account');
    return { account, notes, free: add(...notes.map(({ amount }) => amount)), ...money };
  }
}

const same = (a: Account, b: Account) => a.msp === b.msp && a.id === b.id;

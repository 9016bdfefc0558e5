import { type Account, type LawCode, type Params, Refusal, type Row } from '@dstore/chaincode/domain';

import { type Ledger, rowsOf } from '../ports/ledger.js';
import { PassProposal } from './pass-proposal.js';

type MemberLedger = Pick<Ledger, 'caller' | 'read' | 'list' | 'submit'>;

/** An organization at the founding: its admin's ledger and the use case that anchors its beacon. */
export interface Seat {
  readonly admin: MemberLedger;
  readonly keepAnchor: { run(): Promise<unknown> };
}

/** Credits that the founders mint for an account. */
export interface Allotment {
  readonly to: Account;
  readonly amount: bigint;
}

/** What the founders agreed on. */
export interface Charter {
  readonly params: Params;
  readonly seats: readonly Seat[];
  /** One ledger per member to be enlisted, each speaking as that member. */
  readonly members: readonly MemberLedger[];
  readonly allotments: readonly Allotment[];
}

/**
 * Founds a consortium: parameters and organizations, members, an anchor per organization, epoch 0, and the first credits
 * by proposal and vote. Every step looks at the ledger first, so that it may run again at any point and on a founded one.
 */
export class FoundConsortium {
  readonly #charter: Charter;
  readonly #chair: MemberLedger;

  constructor(charter: Charter) {
    const chair = charter.seats[0]?.admin;
    if (chair === undefined) throw new RangeError('a consortium has at least one organization');
    this.#charter = charter;
    this.#chair = chair;
  }

  async run(): Promise<void> {
    await this.#found();
    for (const member of this.#charter.members) await this.#enlist(member);
    await Promise.all(this.#charter.seats.map((seat) => seat.keepAnchor.run()));
    await this.#openFirstEpoch();
    const missing = await this.#missingAllotments();
    const vote = new PassProposal(this.#charter.seats.map((seat) => seat.admin));
    for (const { to, amount } of missing) await vote.run({ kind: 'mint', to, amount });
  }

  async #found(): Promise<void> {
    if ((await this.#chair.read('params')) !== undefined) return;
    const organizations = this.#charter.seats.map((seat) => seat.admin.caller.msp).sort();
    const { params } = this.#charter;
    await this.#chair
      .submit('GovernanceContract:Found', { organizations, params })
      .catch(unless('consortium-exists'));
  }

  async #enlist(member: MemberLedger): Promise<void> {
    const { msp, id } = member.caller;
    if ((await member.read('member', msp, id)) === undefined)
      await member.submit('MemberContract:Enlist', {});
  }

  async #openFirstEpoch(): Promise<void> {
    if ((await this.#chair.read('epoch')) !== undefined) return;
    await this.#chair.submit('BeaconContract:OpenEpoch', { epoch: 0n }).catch(unless('epoch-not-due'));
  }

  /** Allotments that no mint row answers for yet; equal ones are counted. */
  async #missingAllotments(): Promise<Allotment[]> {
    const minted: Row<'mint'>[] = [];
    for await (const { row } of rowsOf(this.#chair, 'mint')) minted.push(row);
    return this.#charter.allotments.filter((allotment) => {
      const at = minted.findIndex((row) => isFor(allotment, row));
      if (at >= 0) minted.splice(at, 1);
      return at < 0;
    });
  }
}

function isFor(allotment: Allotment, minted: Allotment): boolean {
  const { to, amount } = allotment;
  return minted.to.msp === to.msp && minted.to.id === to.id && minted.amount === amount;
}

function unless(code: LawCode): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof Refusal && error.code === code)) throw error;
  };
}

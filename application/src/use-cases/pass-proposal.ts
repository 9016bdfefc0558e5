import { canonicalJson, type LawCode, type ProposalBody, Refusal, type Row } from '@dstore/chaincode/domain';
import { type Ledger, rowsOf } from '../ports/ledger.js';

/** How long the organizations may take over a vote, in epochs. */
const votingEpochs = 100n;

type Ballot = Pick<Row<'proposal'>, 'proposalId' | 'digest'>;
type AdminLedger = Pick<Ledger, 'caller' | 'read' | 'list' | 'submit'>;

/**
 * Brings a proposal through: proposes it unless it is open already, lets every admin at hand vote yes, enacts it. Each
 * step looks first, so that it may run again after a crash. Only where one party speaks for all: in a demonstration.
 */
export class PassProposal {
  readonly #admins: readonly AdminLedger[];
  readonly #chair: AdminLedger;

  /** `admins`: one of each organization that votes; the first also proposes and enacts. */
  constructor(admins: readonly AdminLedger[]) {
    const [chair] = admins;
    if (chair === undefined) throw new RangeError('a vote takes at least one admin');
    this.#admins = admins;
    this.#chair = chair;
  }

  async run(body: ProposalBody): Promise<void> {
    const ballot = (await this.#open(body)) ?? (await this.#propose(body));
    await Promise.all(this.#admins.map((admin) => this.#vote(admin, ballot)));
    const { proposalId } = ballot;
    await this.#chair.submit('GovernanceContract:Enact', { proposalId }).catch(unless('proposal-closed'));
  }

  async #open(body: ProposalBody): Promise<Ballot | undefined> {
    const now = (await this.#chair.read('epoch'))?.number ?? 0n;
    for await (const { row } of rowsOf(this.#chair, 'proposal')) {
      const isSame = canonicalJson(row.body) === canonicalJson(body);
      if (row.state === 'open' && row.closesAt > now && isSame) return row;
    }
    return undefined;
  }

  async #propose(body: ProposalBody): Promise<Ballot> {
    const now = (await this.#chair.read('epoch'))?.number ?? 0n;
    const proposal = { body, closesAt: now + votingEpochs };
    return (await this.#chair.submit('GovernanceContract:Propose', proposal)).result;
  }

  async #vote(admin: AdminLedger, { proposalId, digest }: Ballot): Promise<void> {
    if ((await admin.read('vote', proposalId, admin.caller.msp)) !== undefined) return;
    await admin
      .submit('GovernanceContract:Vote', { proposalId, digest, vote: 'yes' })
      .catch(unless('vote-repeated'));
  }
}

function unless(code: LawCode): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof Refusal && error.code === code)) throw error;
  };
}

import { type LawCode, Refusal, type Row } from '@dstore/chaincode/domain';

import { anchorFor, BeaconChain, revealIndex } from '../core/beacon-chain.js';
import { dueTurn, type Turn } from '../core/epoch-turn.js';
import type { BeaconSecrets } from '../ports/beacon-secrets.js';
import type { Clock } from '../ports/clock.js';
import { type Ledger, rowsOf } from '../ports/ledger.js';
import { Fault } from '../ports/fault.js';

/** What the law answers when another keeper was faster, or its clock is behind ours. */
const overtaken: readonly LawCode[] = [
  'epoch-not-due',
  'epoch-unknown',
  'reveal-repeated',
  'reveals-missing',
];

/** Milliseconds before a keeper that was overtaken looks again. */
const overtakenPause = 250;

/**
 * Takes the one step towards the next epoch that is due for this member's organization: begin the revealing phase,
 * reveal its own preimage, open the epoch; or says how long nothing is due. Any organization may run it at any time, twice is
 * harmless. Answers the step taken; rejects with Refusals other than being overtaken, and with Faults.
 */
export class TurnEpoch {
  readonly #ledger: Pick<Ledger, 'caller' | 'read' | 'list' | 'submit'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #secrets: Pick<BeaconSecrets, 'get'>;
  #chain: BeaconChain | undefined;

  constructor(
    ledger: Pick<Ledger, 'caller' | 'read' | 'list' | 'submit'>,
    clock: Pick<Clock, 'now'>,
    secrets: Pick<BeaconSecrets, 'get'>,
  ) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#secrets = secrets;
  }

  async run(): Promise<Turn> {
    const [epoch, params] = await Promise.all([this.#ledger.read('epoch'), this.#ledger.read('params')]);
    if (epoch === undefined || params === undefined)
      throw new Fault('not-ready', 'the consortium is not founded', { retryable: true });
    const reveal = epoch.phase === 'revealing' ? await this.#gatherReveals(epoch.number + 1n) : noReveals;
    const turn = dueTurn({ epoch, params: params.params, now: this.#clock.now(), ...reveal });
    return this.#act(turn, reveal.preimage).catch(unlessOvertaken);
  }

  async #act(turn: Turn, preimage: string | undefined): Promise<Turn> {
    if (turn.step === 'begin-reveal')
      await this.#ledger.submit('BeaconContract:BeginReveal', { epoch: turn.next - 1n });
    if (turn.step === 'reveal' && preimage !== undefined)
      await this.#ledger.submit('BeaconContract:Reveal', { epoch: turn.next, preimage });
    if (turn.step === 'open') await this.#ledger.submit('BeaconContract:OpenEpoch', { epoch: turn.next });
    return turn;
  }

  async #gatherReveals(next: bigint): Promise<Reveals> {
    const own = this.#ledger.caller.msp;
    const revealed = new Set<string>();
    for await (const { parts } of rowsOf(this.#ledger, 'reveal', [String(next)]))
      revealed.add(parts[1] ?? '');
    const organizations = new Set<string>();
    for await (const { row } of rowsOf(this.#ledger, 'org'))
      if (row.state === 'active') organizations.add(row.msp);
    const may = organizations.has(own) && !revealed.has(own);
    const preimage = may ? await this.#preimage(next) : undefined;
    return {
      organizations: organizations.size,
      revealed: [...revealed].filter((msp) => organizations.has(msp)).length,
      revealOwed: preimage !== undefined,
      preimage,
    };
  }

  async #preimage(next: bigint): Promise<string | undefined> {
    const beacon = await this.#ledger.read('beacon', this.#ledger.caller.msp);
    if (beacon === undefined) return undefined;
    const anchor = anchorFor(beacon, next);
    const index = revealIndex(anchor, next);
    const chain = index === undefined ? undefined : await this.#chainOf(anchor);
    return index === undefined ? undefined : chain?.value(index);
  }

  async #chainOf(anchor: Pick<Row<'beacon'>, 'anchor' | 'length'>): Promise<BeaconChain | undefined> {
    if (this.#chain?.anchor === anchor.anchor) return this.#chain;
    const secret = await this.#secrets.get(anchor.anchor);
    if (secret === undefined) return undefined;
    const chain = new BeaconChain(secret, Number(anchor.length));
    if (chain.anchor !== anchor.anchor) return undefined;
    this.#chain = chain;
    return chain;
  }
}

interface Reveals {
  readonly organizations: number;
  readonly revealed: number;
  readonly revealOwed: boolean;
  readonly preimage: string | undefined;
}

const noReveals: Reveals = { organizations: 0, revealed: 0, revealOwed: false, preimage: undefined };

function unlessOvertaken(error: unknown): Turn {
  if (error instanceof Refusal && overtaken.includes(error.code))
    return { step: 'wait', milliseconds: overtakenPause };
  throw error;
}

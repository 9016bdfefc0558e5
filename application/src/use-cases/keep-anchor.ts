import { anchorNeed, type AnchorNeed, BeaconChain, latestAnchor } from '../core/beacon-chain.js';
import type { BeaconSecrets } from '../ports/beacon-secrets.js';
import type { Ledger } from '../ports/ledger.js';
import type { Random } from '../ports/random.js';

/** Values in a new chain: 23 days of epochs of 20 s, 11 years of epochs of an hour. */
const chainLength = 100_000;

/** A new anchor counts from two epochs later at the earliest; one more, should the epoch turn while it is under way. */
const anchorLead = 3n;

/**
 * Sees to it that the caller's organization has an anchor whose secret is here and which lasts: registers a new
 * one when it is missing, its secret lost, or less than a tenth left. The secret is durable before the ledger
 * hears of its anchor. Answers why it registered one, or undefined when none was needed.
 */
export class KeepAnchor {
  readonly #ledger: Pick<Ledger, 'caller' | 'read' | 'submit'>;
  readonly #secrets: BeaconSecrets;
  readonly #random: Random;

  constructor(ledger: Pick<Ledger, 'caller' | 'read' | 'submit'>, secrets: BeaconSecrets, random: Random) {
    this.#ledger = ledger;
    this.#secrets = secrets;
    this.#random = random;
  }

  async run(): Promise<AnchorNeed | undefined> {
    const [beacon, epoch] = await Promise.all([
      this.#ledger.read('beacon', this.#ledger.caller.msp),
      this.#ledger.read('epoch'),
    ]);
    const kept = beacon !== undefined && (await this.#secrets.get(latestAnchor(beacon).anchor)) !== undefined;
    const need = anchorNeed(beacon, epoch?.number ?? 0n, kept);
    if (need !== undefined) await this.#register(epoch === undefined ? 1n : epoch.number + anchorLead);
    return need;
  }

  async #register(from: bigint): Promise<void> {
    const secret = this.#random.bytes(32);
    const { anchor } = new BeaconChain(secret, chainLength);
    await this.#secrets.put(anchor, secret);
    await this.#ledger.submit('BeaconContract:Anchor', { anchor, from, length: BigInt(chainLength) });
  }
}

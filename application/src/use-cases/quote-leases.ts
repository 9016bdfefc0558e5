import { add, checkTerm, insist, offerIn } from '@dstore/chaincode/domain';
import { chooseQuotes, type LeaseQuote, quoteOf, type QuoteWish } from '../core/lease-quote.js';
import { Denial } from '../ports/fault.js';
import type { PolicyStore } from '../ports/policy-store.js';
import { isOffering, type Vault, type VaultDisk } from './vault.js';

/** Leases that can be had. */
export interface Quotes {
  /** Credits that the owner pays in for all of them together. */
  readonly escrow: bigint;
  readonly disks: readonly LeaseQuote[];
}

/** Says where a vault would lease, and what it would cost. Promises nothing: prices change. */
export class QuoteLeases {
  readonly #vault: Vault;
  readonly #policies: Pick<PolicyStore, 'read'>;

  constructor(vault: Vault, policies: Pick<PolicyStore, 'read'>) {
    this.#vault = vault;
    this.#policies = policies;
  }

  /**
   * Disks without a lease of the vault, as many as are wanted. Denial `too-few-disks`, which says why each other disk is
   * left out; Refusal `term-out-of-range`, `capacity-out-of-range`.
   */
  async run(wish: QuoteWish): Promise<Quotes> {
    checkTerm(wish.termEpochs);
    insist(wish.capacityBytes > 0n, 'capacity-out-of-range', 'a lease has a capacity above zero');
    await this.#vault.refresh();
    const { minCollateralRate } = this.#policies.read();
    const quotes: LeaseQuote[] = [];
    const leftOut: string[] = [];
    for (const disk of this.#vault.disks.values()) {
      const quote = quoteOf(this.#quoted(disk), wish, minCollateralRate);
      if (typeof quote === 'string') leftOut.push(`${disk.row.diskId} ${quote}`);
      else quotes.push(quote);
    }
    const chosen = chooseQuotes(quotes, wish.count);
    if (chosen !== undefined) return { escrow: add(...chosen.map(({ escrow }) => escrow)), disks: chosen };
    const text = `${quotes.length} of ${wish.count} leases can be had${because(leftOut)}`;
    throw new Denial('too-few-disks', text, { leftOut: leftOut.join(', ') });
  }

  #quoted({ row, lease, unleasedBytes, freeCollateral, suspended }: VaultDisk) {
    const { price, collateralRate } = offerIn(row, this.#vault.epoch);
    return {
      diskId: row.diskId,
      organization: row.provider.msp,
      price,
      collateralRate,
      isLeased: lease !== undefined,
      isOffering: isOffering({ row, suspended }, this.#vault.epoch),
      unleasedBytes,
      freeCollateral,
    };
  }
}

/** The reasons in a few words; all of them are among the facts. */
function because(leftOut: readonly string[]): string {
  const shown = leftOut.slice(0, 8).join(', ');
  return leftOut.length === 0 ? '' : `: ${shown}${leftOut.length > 8 ? ', …' : ''}`;
}

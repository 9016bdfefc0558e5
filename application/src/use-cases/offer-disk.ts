import { type Args, Refusal } from '@dstore/chaincode/domain';

import { chooseNotes, type HeldNote } from '../core/note-choice.js';
import { type Ledger, rowsOf } from '../ports/ledger.js';

/**
 * Brings a provider's disk onto the ledger and its collateral pool up to an amount, from the caller's notes.
 * Doing it again changes nothing; after a crash it goes on where it was. Rejects with `notes-short` and the law's refusals.
 */
export class OfferDisk {
  readonly #ledger: Pick<Ledger, 'caller' | 'read' | 'list' | 'submit'>;

  constructor(ledger: Pick<Ledger, 'caller' | 'read' | 'list' | 'submit'>) {
    this.#ledger = ledger;
  }

  async run(offer: Args<'DiskContract:Offer'>, collateral: bigint): Promise<void> {
    if ((await this.#ledger.read('disk', offer.diskId)) === undefined) await this.#offer(offer);
    const pool = await this.#ledger.read('pool', offer.diskId);
    const amount = collateral - (pool?.collateral ?? 0n);
    if (amount <= 0n) return;
    const notes = chooseNotes(await this.#notes(), amount).map((note) => note.noteId);
    await this.#ledger.submit('DiskContract:FundPool', { diskId: offer.diskId, amount, notes });
  }

  async #offer(offer: Args<'DiskContract:Offer'>): Promise<void> {
    await this.#ledger.submit('DiskContract:Offer', offer).catch((error: unknown) => {
      if (!(error instanceof Refusal && error.code === 'disk-exists')) throw error;
    });
  }

  async #notes(): Promise<HeldNote[]> {
    const { msp, id } = this.#ledger.caller;
    const notes: HeldNote[] = [];
    for await (const { parts, row } of rowsOf(this.#ledger, 'note', [msp, id]))
      notes.push({ noteId: parts[2] ?? '', amount: row.amount });
    return notes;
  }
}

import { type Args, Refusal } from '@dstore/chaincode/domain';

import { chooseNotes } from '../core/note-choice.js';
import { type Ledger, rowsOf } from '../ports/ledger.js';
import { heldNotes } from './find-notes.js';

/**
 * Brings a provider's disk onto the ledger and funds its collateral pool, once, from the caller's notes.
 * Doing it again changes nothing, whatever leases did to the pool since; after a crash it goes on where it was.
 * Rejects with `notes-short` and the law's refusals.
 */
export class OfferDisk {
  readonly #ledger: Pick<Ledger, 'caller' | 'read' | 'list' | 'submit'>;

  constructor(ledger: Pick<Ledger, 'caller' | 'read' | 'list' | 'submit'>) {
    this.#ledger = ledger;
  }

  async run(offer: Args<'DiskContract:Offer'>, collateral: bigint): Promise<void> {
    if ((await this.#ledger.read('disk', offer.diskId)) === undefined) await this.#offer(offer);
    if (collateral === 0n || (await this.#wasFunded(offer.diskId))) return;
    const notes = chooseNotes(await heldNotes(this.#ledger), collateral).map((note) => note.noteId);
    await this.#ledger.submit('DiskContract:FundPool', { diskId: offer.diskId, amount: collateral, notes });
  }

  async #offer(offer: Args<'DiskContract:Offer'>): Promise<void> {
    await this.#ledger.submit('DiskContract:Offer', offer).catch((error: unknown) => {
      if (!(error instanceof Refusal && error.code === 'disk-exists')) throw error;
    });
  }

  /** Leases take collateral out of the pool and need not bring it back. */
  async #wasFunded(diskId: string): Promise<boolean> {
    const pool = await this.#ledger.read('pool', diskId);
    if (pool !== undefined && pool.collateral > 0n) return true;
    for await (const { row } of rowsOf(this.#ledger, 'lease')) if (row.diskId === diskId) return true;
    return false;
  }
}

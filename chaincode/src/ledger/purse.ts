import { type Account, insist, noteIdOf, rowFormat } from '../domain/index.js';
import type { Store } from './store.js';

/** Spends and makes notes within one transaction. */
export class Purse {
  readonly #store: Store;
  readonly #channel: string;
  readonly #txId: string;
  #made = 0;

  constructor(store: Store, channel: string, txId: string) {
    this.#store = store;
    this.#channel = channel;
    this.#txId = txId;
  }

  /** Removes notes of an account and answers their amounts; `note-spent` for one named twice, `note-unknown` for one it has not. */
  async spend(owner: Account, noteIds: readonly string[]): Promise<bigint[]> {
    insist(new Set(noteIds).size === noteIds.length, 'note-spent', 'a note is named twice');
    const amounts: bigint[] = [];
    for (const noteId of noteIds) {
      const parts = [owner.msp, owner.id, noteId] as const;
      amounts.push((await this.#store.get('note-unknown', 'note', ...parts)).amount);
      this.#store.remove('note', parts);
    }
    return amounts;
  }

  /** Makes a note for an account and answers its id; nothing, and no id, for no credits. */
  give(to: Account, amount: bigint): string | undefined {
    if (amount === 0n) return undefined;
    const noteId = noteIdOf(this.#channel, this.#txId, this.#made);
    this.#made += 1;
    this.#store.put('note', [to.msp, to.id, noteId], { v: rowFormat, amount });
    return noteId;
  }
}

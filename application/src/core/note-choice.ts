import { add, limits, Refusal } from '@dstore/chaincode/domain';

/** A spendable note. */
export interface HeldNote {
  readonly noteId: string;
  readonly amount: bigint;
}

/** Credits that all notes, or as many as one transaction may name, hold less than an amount; 0 where they reach. */
export function shortage(notes: readonly HeldNote[], amount: bigint): bigint {
  const sum = add(...largest(notes).map((note) => note.amount));
  return amount > sum ? amount - sum : 0n;
}

/**
 * Notes that together hold an amount: the smallest single one that does, else the largest ones until it is reached.
 * None for the amount 0. Refuses with `notes-short` when all notes, or as many as one transaction may name, hold less.
 */
export function chooseNotes(notes: readonly HeldNote[], amount: bigint): HeldNote[] {
  if (amount === 0n) return [];
  const single = descending(notes).findLast((note) => note.amount >= amount);
  if (single !== undefined) return [single];
  const chosen: HeldNote[] = [];
  for (const note of largest(notes)) {
    chosen.push(note);
    if (add(...chosen.map((each) => each.amount)) >= amount) return chosen;
  }
  throw new Refusal('notes-short', `the notes hold less than ${amount}`);
}

const descending = (notes: readonly HeldNote[]) =>
  notes.toSorted((a, b) => (a.amount < b.amount ? 1 : a.amount > b.amount ? -1 : 0));

const largest = (notes: readonly HeldNote[]) => descending(notes).slice(0, limits.notesPerTransaction);

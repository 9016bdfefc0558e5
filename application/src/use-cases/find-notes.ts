import { limits } from '@dstore/chaincode/domain';
import { chooseNotes, type HeldNote, shortage } from '../core/note-choice.js';
import { Denial } from '../ports/fault.js';
import { type Ledger, rowsOf } from '../ports/ledger.js';

/** The caller's own notes. */
export async function heldNotes(ledger: Pick<Ledger, 'caller' | 'list'>): Promise<HeldNote[]> {
  const { msp, id } = ledger.caller;
  const held: HeldNote[] = [];
  for await (const { parts, row } of rowsOf(ledger, 'note', [msp, id]))
    held.push({ noteId: parts[2] ?? '', amount: row.amount });
  return held;
}

/** Ids of own notes that together hold so many credits; Denial `escrow-short` says how many are missing. */
export async function notesForEscrow(
  ledger: Pick<Ledger, 'caller' | 'list'>,
  amount: bigint,
): Promise<string[]> {
  const held = await heldNotes(ledger);
  const shortBy = shortage(held, amount);
  if (shortBy > 0n) {
    const most =
      held.length > limits.notesPerTransaction ? `the largest ${limits.notesPerTransaction}` : 'all';
    const text = `${amount} credits go into escrow; ${most} notes of the account hold ${amount - shortBy}`;
    throw new Denial('escrow-short', text, { shortBy: String(shortBy) });
  }
  return chooseNotes(held, amount).map(({ noteId }) => noteId);
}

import { add, subtract } from './amount.js';
import { insist } from './refusal.js';
import type { Account } from './identifier.js';

/** What goes back to the spender of notes; `code` names the shortage where they don't reach. */
export function changeOf(
  notes: readonly bigint[],
  needed: bigint,
  code: 'escrow-short' | 'notes-short',
): bigint {
  const sum = add(...notes);
  insist(sum >= needed, code, `the notes hold ${sum} of ${needed} credits`);
  return subtract(sum, needed);
}

/** Refuses outputs that are none or differ in sum from the notes spent. */
export function checkTransfer(
  notes: readonly bigint[],
  outputs: readonly { readonly to: Account; readonly amount: bigint }[],
): bigint {
  const amounts = outputs.map(({ amount }) => amount);
  insist(
    amounts.length > 0 && amounts.every((amount) => amount > 0n),
    'amount-zero',
    'each output is above zero',
  );
  const sum = add(...amounts);
  insist(sum === add(...notes), 'amounts-unequal', `the notes hold ${add(...notes)}, the outputs ${sum}`);
  return sum;
}

import { insist } from './refusal.js';

/** Largest amount, byte count or epoch that the ledger holds: 38 decimal digits. */
export const maxAmount = 10n ** 38n - 1n;

const decimal = /^(?:0|[1-9][0-9]{0,37})$/;

/** Reads a canonical decimal string (no sign, no leading zero, at most 38 digits), or refuses it as `amount-malformed`. */
export function parseAmount(value: unknown, name = 'amount'): bigint {
  insist(
    typeof value === 'string' && decimal.test(value),
    'amount-malformed',
    `${name} must be a decimal string of 1 to 38 digits`,
  );
  return BigInt(value);
}

/** Sum of amounts; refuses a result beyond {@link maxAmount}. */
export function add(...amounts: bigint[]): bigint {
  const sum = amounts.reduce((total, amount) => total + amount, 0n);
  insist(sum <= maxAmount, 'amount-malformed', 'the sum has more than 38 digits');
  return sum;
}

/** Difference of two amounts, which the caller has shown not to be negative. */
export function subtract(from: bigint, amount: bigint): bigint {
  if (amount > from) throw new RangeError('invariant: an amount would become negative');
  return from - amount;
}

/** The smaller of two amounts. */
export function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** 2^30, the unit in which prices and collateral rates are quoted. */
export const gibibyte = 1n << 30n;

/** floor(rate x bytes / 2^30): rent of one epoch for a price, or collateral for a rate, both per GiB. */
export function perGibibyte(rate: bigint, bytes: bigint): bigint {
  return (rate * bytes) / gibibyte;
}

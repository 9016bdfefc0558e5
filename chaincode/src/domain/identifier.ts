import { insist } from './refusal.js';

const own = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const foreign = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/;
const hexadecimal = /^(?:[0-9a-f]{2})*$/;

/** True for ids that DStore's users choose: vaults, disks, sites, regions. */
export const isIdentifier = (value: unknown): value is string => typeof value === 'string' && own.test(value);

/** True for MSP ids and enrolment ids. */
export const isForeignIdentifier = (value: unknown): value is string =>
  typeof value === 'string' && foreign.test(value);

/** True for lower-case hexadecimal of exactly `bytes` bytes. */
export const isHex = (value: unknown, bytes: number): value is string =>
  typeof value === 'string' && value.length === bytes * 2 && hexadecimal.test(value);

/** Who holds notes: an enrolment id within an MSP. Written `msp/id`. */
// An alias, not an interface: only aliases fit the index signature of JsonValue.
export type Account = { readonly msp: string; readonly id: string };

/** `msp/id`; unambiguous because neither part may hold a slash. */
export function formatAccount(account: Account): string {
  return `${account.msp}/${account.id}`;
}

/** Reads `msp/id`, or refuses it as `id-malformed`. */
export function parseAccount(text: string): Account {
  const [msp, id, ...rest] = text.split('/');
  insist(
    isForeignIdentifier(msp) && isForeignIdentifier(id) && rest.length === 0,
    'id-malformed',
    'an account is written msp/id',
  );
  return { msp, id };
}

/** Whether two accounts are one. */
export function sameAccount(a: Account, b: Account): boolean {
  return a.msp === b.msp && a.id === b.id;
}

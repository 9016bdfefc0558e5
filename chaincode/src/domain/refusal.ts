/** Refusals of the law: the closed list of codes that the chaincode may answer with, and nothing else. */
export const lawCodes = [
  'arguments-malformed',
  'amount-malformed',
  'id-malformed',
  'escrow-short',
  'notes-short',
  'member-unknown',
  'member-revoked',
  'org-suspended',
  'role-missing',
  'not-owner',
  'not-provider',
  'vault-unknown',
  'lease-unknown',
  'disk-unknown',
  'account-unknown',
  'note-unknown',
  'epoch-unknown',
  'proposal-unknown',
  'params-unknown',
  'loss-unknown',
  'organization-unknown',
  'batch-too-large',
  'consortium-exists',
  'vault-exists',
  'disk-exists',
  'lease-not-active',
  'lease-not-empty',
  'lease-not-ended',
  'lease-not-in-default',
  'lease-changed',
  'disk-not-offering',
  'disk-retiring',
  'disk-changed',
  'price-changed',
  'collateral-short',
  'revision-stale',
  'revision-skipped',
  'note-spent',
  'epoch-not-due',
  'reveals-missing',
  'reveal-repeated',
  'anchor-spent',
  'anchor-early',
  'proof-late',
  'proof-repeated',
  'loss-repeated',
  'vote-repeated',
  'proposal-closed',
  'proposal-not-passed',
  'term-out-of-range',
  'capacity-out-of-range',
  'param-out-of-range',
  'amounts-unequal',
  'amount-zero',
  'reveal-invalid',
  'anchor-invalid',
  'receipt-invalid',
  'receipt-lapsed',
  'key-malformed',
  'lease-full',
  'disk-full',
] as const;

export type LawCode = (typeof lawCodes)[number];

/**
 * A lawful no. It changes nothing and names its reason by a code that callers may rely on.
 * The chaincode sends it as `code: message`; {@link parseRefusal} reads it back.
 */
export class Refusal extends Error {
  readonly code: LawCode;

  constructor(code: LawCode, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }
}

/** Throws a {@link Refusal} unless the condition holds. */
export function insist(condition: boolean, code: LawCode, message: string): asserts condition {
  if (!condition) throw new Refusal(code, message);
}

/** What a refusal looks like on the wire. */
export function formatRefusal(refusal: Refusal): string {
  return `${refusal.code}: ${refusal.message}`;
}

/** The refusal that a chaincode's error text stands for, or undefined when the text is not one. */
export function parseRefusal(text: string): Refusal | undefined {
  const match = /(?:^|\s)([a-z]+(?:-[a-z]+)+): ([\s\S]*)$/.exec(text);
  const code = lawCodes.find((known) => known === match?.[1]);
  return code === undefined ? undefined : new Refusal(code, match?.[2] ?? '');
}

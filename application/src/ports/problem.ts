import { type LawCode, Refusal } from '@dstore/chaincode/domain';
import { Denial, Fault, type FaultCode, type GatewayCode } from './fault.js';

/** Every code that a problem document may carry. */
export type ProblemCode = LawCode | GatewayCode | FaultCode | 'invariant-broken';

const codesByStatus = {
  400:
    'arguments-malformed amount-malformed id-malformed request-malformed name-malformed cursor-malformed body-incomplete ' +
    'csr-malformed',
  401: 'credentials-missing token-invalid token-expired certificate-untrusted secret-invalid',
  402: 'escrow-short notes-short',
  403: 'member-unknown member-revoked org-suspended role-missing not-owner not-provider scope-missing',
  404:
    'vault-unknown lease-unknown disk-unknown account-unknown note-unknown epoch-unknown proposal-unknown ' +
    'params-unknown loss-unknown organization-unknown route-unknown bucket-unknown object-unknown version-unknown ' +
    'shard-unknown bundle-unknown audit-unknown transaction-unknown job-unknown identity-unknown token-unknown',
  405: 'method-not-allowed',
  406: 'not-acceptable',
  409:
    'consortium-exists vault-exists disk-exists lease-not-active lease-not-empty lease-not-ended lease-not-in-default ' +
    'lease-changed disk-not-offering disk-retiring disk-changed price-changed collateral-short revision-stale ' +
    'revision-skipped note-spent epoch-not-due reveals-missing reveal-repeated anchor-spent anchor-early proof-late ' +
    'proof-repeated loss-repeated vote-repeated proposal-closed proposal-not-passed bucket-exists identity-exists bucket-not-empty ' +
    'shard-missing content-diverged repair-not-needed idempotency-running',
  410: 'object-lost bundle-expired',
  412: 'precondition-failed',
  413: 'batch-too-large object-too-large body-too-large metadata-too-large shard-too-large',
  415: 'media-type-unsupported encoding-unsupported',
  416: 'range-not-satisfiable',
  422:
    'term-out-of-range capacity-out-of-range param-out-of-range amounts-unequal amount-zero reveal-invalid ' +
    'anchor-invalid receipt-invalid receipt-lapsed key-malformed geometry-unsatisfiable change-out-of-range ' +
    'digest-mismatch idempotency-mismatch',
  428: 'precondition-required',
  429: 'rate-limited',
  500: 'invariant-broken seal-broken',
  502: 'provider-faulty endorsers-disagree endorsement-refused',
  503:
    'not-ready overloaded ledger-unavailable ledger-contended shards-unreachable door-unreachable disk-failed ' +
    'ca-unavailable',
  504: 'outcome-unknown',
  507: 'lease-full disk-full too-few-disks quota-reached',
} as const;

/** The one table from code to HTTP status. */
export const statusOf: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByStatus).flatMap(([status, codes]) =>
    codes.split(' ').map((code): [string, number] => [code, Number(status)]),
  ),
);

const retryableStatuses = [429, 502, 503, 504, 507];
const races = ['revision-stale', 'revision-skipped', 'note-spent', 'idempotency-running', 'content-diverged'];
const waits = ['epoch-not-due', 'too-few-disks'];

/** Whether the same request may succeed later. */
export function isRetryable(code: string): boolean {
  return retryableStatuses.includes(statusOf.get(code) ?? 500) || races.includes(code);
}

/** Seconds a client should wait, for codes that say so. */
export function retryAfter(code: string): number | undefined {
  const status = statusOf.get(code);
  return status === 429 || status === 503 || waits.includes(code) ? 2 : undefined;
}

/** What a code says, as a title. */
export function titleOf(code: string): string {
  return code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' ');
}

/** A problem document's own members, RFC 9457, without what belongs to the request. */
export interface Problem {
  readonly code: ProblemCode;
  readonly status: number;
  readonly detail: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** What may be said of an error: lawful noes in their own words, failures of the world and of ours in general ones. */
export function problemOf(error: unknown): Problem {
  const of = (code: ProblemCode, detail: string): Problem => ({
    code,
    detail,
    status: statusOf.get(code) ?? 500,
    facts: error instanceof Denial ? error.facts : {},
  });
  if (error instanceof Denial || error instanceof Refusal) return of(error.code, error.message);
  if (error instanceof Fault) return of(error.code, faultDetails[error.code]);
  return of(
    'invariant-broken',
    'something that must not happen did; the log knows more under this request id',
  );
}

const faultDetails: Readonly<Record<FaultCode, string>> = {
  'ledger-unavailable': 'the ledger does not answer; try again',
  'ledger-contended': 'others changed the same rows at the same time, again and again; try again',
  'endorsers-disagree': 'the endorsers answered differently',
  'endorsement-refused': 'the endorsements do not meet the policy',
  'outcome-unknown':
    'the ledger did not say in time whether the transaction is valid; look before you repeat it',
  'shards-unreachable': 'too few shards of the object can be read now; try again',
  'door-unreachable': 'a shard door does not answer; try again',
  'provider-faulty': 'a provider answered what it may not',
  overloaded: 'too much is under way; try again',
  'not-ready': 'not ready; try again',
  'seal-broken': 'good shards hold bytes that do not open',
  'disk-failed': 'a disk failed; try again',
  'ca-unavailable': 'the certificate authority does not answer; try again',
};

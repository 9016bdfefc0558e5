/** Codes of the gateway and the doors, beside the law's own; `surfaces` of the closed list. */
export const faultCodes = [
  'ledger-unavailable',
  'ledger-contended',
  'endorsers-disagree',
  'endorsement-refused',
  'outcome-unknown',
  'shards-unreachable',
  'door-unreachable',
  'provider-faulty',
  'overloaded',
  'not-ready',
  'seal-broken',
  'disk-failed',
  'ca-unavailable',
] as const;
export type FaultCode = (typeof faultCodes)[number];

/** The world failed. `retryable` says whether the same call may succeed later; only use cases retry. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly retryable: boolean;

  constructor(code: FaultCode, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.retryable = options.retryable;
  }
}

/** Whether nobody could say whether a transaction is valid: it may be, and may yet become so. */
export function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof Fault && error.code === 'outcome-unknown';
}

/** Lawful noes of the gateway and the doors: of theirs alone, or said before the ledger says the same. */
export const gatewayCodes = [
  'request-malformed',
  'name-malformed',
  'cursor-malformed',
  'body-incomplete',
  'csr-malformed',
  'escrow-short',
  'credentials-missing',
  'token-invalid',
  'token-expired',
  'certificate-untrusted',
  'secret-invalid',
  'scope-missing',
  'route-unknown',
  'bucket-unknown',
  'object-unknown',
  'version-unknown',
  'shard-unknown',
  'bundle-unknown',
  'audit-unknown',
  'transaction-unknown',
  'job-unknown',
  'identity-unknown',
  'token-unknown',
  'method-not-allowed',
  'not-acceptable',
  'object-too-large',
  'body-too-large',
  'metadata-too-large',
  'shard-too-large',
  'media-type-unsupported',
  'encoding-unsupported',
  'bucket-exists',
  'identity-exists',
  'bucket-not-empty',
  'shard-missing',
  'content-diverged',
  'repair-not-needed',
  'object-lost',
  'bundle-expired',
  'precondition-failed',
  'range-not-satisfiable',
  'precondition-required',
  'geometry-unsatisfiable',
  'change-out-of-range',
  'digest-mismatch',
  'idempotency-mismatch',
  'idempotency-running',
  'rate-limited',
  'too-few-disks',
  'quota-reached',
  'disk-full',
  'lease-full',
] as const;
export type GatewayCode = (typeof gatewayCodes)[number];

/** A no of the gateway or a door: it changes nothing and names its reason. `facts` go into the problem document. */
export class Denial extends Error {
  readonly code: GatewayCode;
  readonly facts: Readonly<Record<string, string>>;

  constructor(code: GatewayCode, message: string, facts: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'Denial';
    this.code = code;
    this.facts = facts;
  }
}

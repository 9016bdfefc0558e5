/** Exit codes of the command. */
export const exits = {
  done: 0,
  fault: 1,
  usage: 2,
  notFound: 3,
  partial: 4,
  notAllowed: 6,
  tryLater: 7,
  interrupted: 130,
} as const;

/** What the gateway refused, as its problem document says. */
export class GatewayProblem extends Error {
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;

  constructor(problem: {
    readonly code: string;
    readonly status: number;
    readonly detail: string;
    readonly retryable: boolean;
  }) {
    super(problem.detail);
    this.name = 'GatewayProblem';
    this.code = problem.code;
    this.status = problem.status;
    this.retryable = problem.retryable;
  }
}

/** The command was given what it can't do; `next` is what to type instead. */
export class UsageError extends Error {
  readonly next: string;

  constructor(message: string, next: string) {
    super(message);
    this.name = 'UsageError';
    this.next = next;
  }
}

/** Something stands in the way: `next` is what to do about it, `exit` what the command ends with. */
export class Obstacle extends Error {
  readonly next: string;
  readonly exit: number;

  constructor(message: string, next: string, exit: number, cause?: unknown) {
    super(message, { cause });
    this.name = 'Obstacle';
    this.next = next;
    this.exit = exit;
  }
}

/** Some of several things failed; each was told already. */
export class PartialFailure extends Error {}

/** The user ended it. */
export class Interrupted extends Error {}

/** The exit code that an error ends the command with. */
export function exitOf(error: unknown): number {
  if (error instanceof Interrupted) return exits.interrupted;
  if (error instanceof UsageError) return exits.usage;
  if (error instanceof Obstacle) return error.exit;
  if (error instanceof PartialFailure) return exits.partial;
  if (!(error instanceof GatewayProblem)) return isUnreachable(error) ? exits.tryLater : exits.fault;
  if (error.status === 404 || error.status === 410) return exits.notFound;
  if (error.status === 401 || error.status === 403) return exits.notAllowed;
  return error.retryable ? exits.tryLater : exits.fault;
}

function isUnreachable(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'ECONNREFUSED' || code === 'UND_ERR_SOCKET' || code === 'UND_ERR_CONNECT_TIMEOUT';
}

const nextByCode: Readonly<Record<string, string>> = {
  'bucket-unknown': 'dstore mb ds://<bucket> makes one; dstore ls shows those there are',
  'quota-reached': 'dstore ls shows what buckets hold and may hold; dstore rm makes room',
  'object-unknown': 'dstore ls -r ds://<bucket> shows what is there',
  'credentials-missing': 'export DSTORE_TOKEN=… with the token that npm start printed',
  'token-invalid': 'export DSTORE_TOKEN=… with the token that npm start printed',
  'token-expired': 'ask the owner for another; dstore token ls shows when each ends',
  'token-unknown': 'dstore token ls shows those there are',
  'scope-missing': 'use a token whose role and scope may do this',
  'too-few-disks': 'dstore disk ls shows which disks offer space; dstore demo add brings one more',
  'escrow-short': 'a smaller --capacity or a shorter --term costs less: dstore lease quote shows how much',
  'price-changed': 'dstore disk ls shows prices; --max-price <credits> agrees to a higher one',
  'disk-unknown': 'dstore disk ls shows those there are',
  'disk-full': 'dstore lease quote shows where so much can be had; dstore disk ls what is free',
  'disk-not-offering': 'dstore lease quote shows where leases can be had',
  'collateral-short': 'dstore lease quote shows where leases can be had',
  'lease-not-active': 'dstore lease ls shows what became of it',
  'lease-changed': 'try again in the next epoch',
  'lease-not-empty': 'close it once nothing lies there: dstore stat --shards <object> shows where one lies',
  'outcome-unknown': 'look whether it was done before you repeat it',
  'shards-unreachable': 'dstore status shows what is missing; dstore repair follow what is done about it',
  'route-unknown': 'is DSTORE_URL right, and is this gateway the embedded demo?',
};

/** What to type after an error. */
export function nextStep(error: unknown): string | undefined {
  if (error instanceof UsageError || error instanceof Obstacle) return error.next;
  if (error instanceof GatewayProblem)
    return nextByCode[error.code] ?? (error.retryable ? 'try again' : undefined);
  return isUnreachable(error) ? 'npm start, or set DSTORE_URL to where the gateway is' : undefined;
}

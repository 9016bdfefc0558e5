import { lawCodes, Refusal } from '@dstore/chaincode/domain';
import { errors } from 'undici';
import { Denial, Fault, faultCodes, gatewayCodes } from '../../ports/fault.js';
import { statusOf } from '../../ports/problem.js';

/** An answer that does not mean yes. */
export interface DoorNo {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

/** Most characters of a door's words that are handed on. */
const mostDetail = 500;
const mostFacts = 20;

/**
 * What an exchange that brought no yes means: a Refusal or Denial that the door sent, in its words; Fault
 * `door-unreachable`, which may pass, for failures of door and network; `provider-faulty`, which stays, for answers that
 * break the protocol.
 */
export function errorOf(failure: unknown): Error {
  if (failure instanceof Refusal || failure instanceof Denial || failure instanceof Fault) return failure;
  if (isNo(failure)) return fromProblem(failure);
  return brokenHttp(failure)
    ? faulty('a door does not speak HTTP', failure)
    : unreachable('a door does not answer', failure);
}

/** The same for the answer to a HEAD of a shard, which has no body: 404 is Denial `shard-unknown`. */
export function headErrorOf({ status }: Pick<DoorNo, 'status'>): Error {
  if (status === 404) return new Denial('shard-unknown', 'the shard is not on this disk');
  if (status === 401) return new Denial('certificate-untrusted', 'the door does not know the certificate');
  return status === 403 || status >= 500
    ? unreachable(`a door answered ${status}`)
    : faulty(`a door answered ${status}`);
}

/** An answer that breaks the protocol. */
export function faulty(message: string, cause?: unknown): Fault {
  return new Fault('provider-faulty', message, { retryable: false, cause });
}

function unreachable(message: string, cause?: unknown): Fault {
  return new Fault('door-unreachable', message, { retryable: true, cause });
}

function fromProblem({ status, headers, bytes }: DoorNo): Error {
  const problem = problemIn(headers, bytes);
  const code = problem?.['code'];
  if (problem === undefined || typeof code !== 'string' || statusOf.get(code) !== status)
    return faulty(`a door answered ${status} without a problem of that status`);
  const words = problem['detail'];
  const detail = typeof words === 'string' ? words.slice(0, mostDetail) : '';
  const law = lawCodes.find((known) => known === code);
  if (law !== undefined) return new Refusal(law, detail);
  const gateway = gatewayCodes.find((known) => known === code);
  if (gateway !== undefined) return new Denial(gateway, detail, factsOf(problem['facts']));
  return faultCodes.some((known) => known === code)
    ? unreachable(`a door failed: ${code}`)
    : faulty(`a door failed: ${code}`);
}

function problemIn(headers: DoorNo['headers'], bytes: Buffer): Record<string, unknown> | undefined {
  if (headers['content-type'] !== 'application/problem+json') return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function factsOf(value: unknown): Record<string, string> {
  const pairs = Object.entries(typeof value === 'object' && value !== null ? value : {});
  return Object.fromEntries(
    pairs
      .filter((pair): pair is [string, string] => typeof pair[1] === 'string')
      .slice(0, mostFacts)
      .map(([name, fact]) => [name, fact.slice(0, mostDetail)]),
  );
}

function isNo(failure: unknown): failure is DoorNo {
  return typeof failure === 'object' && failure !== null && 'status' in failure && 'bytes' in failure;
}

const brokenHttpCodes = [
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
];

function brokenHttp(failure: unknown): boolean {
  return (
    failure instanceof errors.HTTPParserError ||
    brokenHttpCodes.includes(String((failure as { code?: unknown } | null)?.code))
  );
}

import { parseRefusal, type Refusal } from '@dstore/chaincode/domain';
import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';

import { Fault, type FaultCode } from '../../ports/fault.js';

/**
 * What an error of the gateway client, or a validation code, means to us:
 * an answer to pass on, a reason to propose the transaction anew, or an outcome to look up.
 */
export type Meaning =
  | { readonly kind: 'answer'; readonly error: Refusal | Fault }
  | { readonly kind: 'again'; readonly exhausted: FaultCode; readonly why?: string }
  | { readonly kind: 'unknown' };

/** Fabric's validation codes (peer.TxValidationCode) that we know what to do about. */
const contended = new Set([11, 12]);

const unreachable = new Set([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED]);

/** What an error of evaluate or endorse means: nothing was ordered yet. */
export function meaningOfProposalError(error: unknown): Meaning {
  const texts = textsOf(error);
  const refusal = texts.map(parseRefusal).find((found) => found !== undefined);
  if (refusal !== undefined) return { kind: 'answer', error: refusal };
  if (texts.some((text) => /payloads do not match/i.test(text)))
    return { kind: 'again', exhausted: 'endorsers-disagree' };
  // A proposal waited too long on its way, or a clock is wrong; a new one has a new time.
  const late = texts.find((text) => /incorrect timestamp|timestamp .*window/i.test(text));
  if (late !== undefined) return { kind: 'again', exhausted: 'endorsement-refused', why: late };
  return { kind: 'answer', error: isUnreachable(error) ? unavailable(error) : refused(error) };
}

/** What the validation code of a transaction that is on the ledger and not valid means. */
export function meaningOfCode(code: number, txId: string): Meaning {
  if (contended.has(code)) return { kind: 'again', exhausted: 'ledger-contended' };
  const text = `transaction ${txId} was not accepted: validation code ${code}`;
  return { kind: 'answer', error: new Fault('endorsement-refused', text, { retryable: false }) };
}

/** What an error of submit or commit status means: the orderer may have the transaction, whatever the error says. */
export function meaningOfCommitError(): Meaning {
  return { kind: 'unknown' };
}

/** The error of a read as callers see it. */
export function errorOfRead(error: unknown): Refusal | Fault {
  const meaning = meaningOfProposalError(error);
  return meaning.kind === 'answer' ? meaning.error : refused(error);
}

/** Nobody answers, or not in time. */
export function unavailable(cause: unknown): Fault {
  const text = `the ledger does not answer: ${textsOf(cause).join('; ')}`;
  return new Fault('ledger-unavailable', text, { retryable: true, cause });
}

function refused(cause: unknown): Fault {
  return new Fault('endorsement-refused', textsOf(cause).join('; '), { retryable: false, cause });
}

function isUnreachable(error: unknown): boolean {
  return error instanceof GatewayError && unreachable.has(error.code);
}

/** What endorsers said comes first: the client's own message only points to it. */
function textsOf(error: unknown): string[] {
  if (error instanceof GatewayError)
    return [...new Set(error.details.map((detail) => detail.message)), error.message];
  return [error instanceof Error ? error.message : String(error)];
}

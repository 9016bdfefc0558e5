import { canonicalJson } from '@dstore/chaincode/domain';
import { problemOf, retryAfter, titleOf } from '../ports/problem.js';

/** What goes back over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  /** Whole bytes, or text piece by piece; none for an answer without a body. */
  readonly body?: Buffer | Iterable<string>;
  /** Called once nobody reads the body any more. */
  readonly taken?: () => void;
}

/** A success without a word. */
export const done: Answer = { status: 204, headers: {} };

/** A JSON document. */
export function jsonAnswer(text: string): Answer {
  const body = Buffer.from(text);
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'content-length': body.length },
    body,
  };
}

/** The problem document (RFC 9457) of an error; failures in general words only. */
export function problemAnswer(error: unknown): Answer & { readonly body: Buffer } {
  const { code, status, detail, facts } = problemOf(error);
  const body = Buffer.from(
    canonicalJson({ type: 'about:blank', title: titleOf(code), status, code, detail, facts }),
  );
  const wait = retryAfter(code);
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'content-length': body.length,
      'cache-control': 'no-store',
      ...(wait === undefined ? {} : { 'retry-after': wait }),
    },
    body,
  };
}

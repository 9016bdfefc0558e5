import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Where a request stands in somebody's trace (W3C Trace Context). */
export interface Trace {
  readonly traceId: string;
  /** What is answered: the same trace, our own part of it. */
  readonly traceparent: string;
}

const pattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;
const traces = new WeakMap<IncomingMessage, Trace>();

/** The trace of a request: the one that its `traceparent` names, or one that begins here. The same for one request. */
export function traceOf(request: IncomingMessage): Trace {
  const known = traces.get(request);
  if (known !== undefined) return known;
  const given = request.headers['traceparent'];
  const [, traceId = randomBytes(16).toString('hex'), flags = '00'] =
    (typeof given === 'string' ? pattern.exec(given) : null) ?? [];
  const trace = { traceId, traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-${flags}` };
  traces.set(request, trace);
  return trace;
}

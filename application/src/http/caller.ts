import type { IncomingMessage } from 'node:http';
import type { Caller } from '../use-cases/verify-token.js';

const callers = new WeakMap<IncomingMessage, Caller>();

/** Remembers who sent a request, for as long as it lives. */
export function setCaller(request: IncomingMessage, caller: Caller): void {
  callers.set(request, caller);
}

/** Who sent a request; undefined where nobody had to say so. */
export function callerOf(request: IncomingMessage): Caller | undefined {
  return callers.get(request);
}

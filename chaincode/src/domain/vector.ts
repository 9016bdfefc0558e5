import { sha256 } from './digest.js';
import type { Entry } from './rows.js';

/** One step of a change list; applied in order, an index counts at that moment. Remove moves the last entry to `index`. */
export type Change =
  | { readonly kind: 'append'; readonly entry: Entry }
  | { readonly kind: 'replace'; readonly index: number; readonly entry: Entry }
  | { readonly kind: 'remove'; readonly index: number };

/** Root of an empty vector: SHA-256 of nothing (RFC 6962 section 2.1). */
export const emptyRoot = sha256().toString('hex');

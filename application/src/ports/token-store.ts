import type { TokenScope } from '../core/token-scope.js';

/** Roles that a token may carry; `surfaces` names what each may do. */
export const tokenRoles = ['reader', 'writer', 'owner', 'provider', 'treasurer', 'auditor', 'admin'] as const;
export type TokenRole = (typeof tokenRoles)[number];

/** A token as it is kept: never the token itself. */
export interface KeptToken extends TokenScope {
  readonly id: string;
  readonly name: string;
  readonly role: TokenRole;
  /** SHA-256 of the whole token text, hex. */
  readonly sha256: string;
  /** Milliseconds since 1970 from which it is refused. */
  readonly endsAt?: number;
  /** The text before the last rotation, good until its own end. */
  readonly previous?: { readonly sha256: string; readonly endsAt: number };
}

/** Where tokens are kept. Durable when a call resolves. */
export interface TokenStore {
  find(id: string): Promise<KeptToken | undefined>;
  /** All of them, in the order in which they were made. */
  list(): Promise<readonly KeptToken[]>;
  /** Denial `quota-reached` where it is full. */
  keep(token: KeptToken): Promise<void>;
  /** Puts what `change` makes of a token in its place; undefined where there is none. Changes of one token follow each other. */
  change(id: string, change: (token: KeptToken) => KeptToken): Promise<KeptToken | undefined>;
  /** Whether there was one. */
  remove(id: string): Promise<boolean>;
}

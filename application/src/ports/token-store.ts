/** Roles that a token may carry; `surfaces` names what each may do. */
export const tokenRoles = ['reader', 'writer', 'owner', 'provider', 'treasurer', 'auditor', 'admin'] as const;
export type TokenRole = (typeof tokenRoles)[number];

/** A token as it is kept: never the token itself. */
export interface KeptToken {
  readonly id: string;
  readonly name: string;
  readonly role: TokenRole;
  /** SHA-256 of the whole token text, hex. */
  readonly sha256: string;
  /** Milliseconds since 1970 from which it is refused. */
  readonly endsAt?: number;
}

/** Where tokens are kept. Durable when a call resolves. */
export interface TokenStore {
  find(id: string): Promise<KeptToken | undefined>;
  keep(token: KeptToken): Promise<void>;
}

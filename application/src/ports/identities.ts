import type { Role } from '@dstore/chaincode/domain';

/** Why a certificate is taken back, of RFC 5280 section 5.3.1. */
export const revocationReasons = [
  'unspecified',
  'keycompromise',
  'affiliationchange',
  'superseded',
  'cessationofoperation',
] as const;
export type RevocationReason = (typeof revocationReasons)[number];

/** Somebody whom an organization's certificate authority knows. */
export interface KnownIdentity {
  readonly id: string;
  readonly roles: readonly string[];
}

/** Whom to make known, and how often the secret may be used. */
export interface RegistrationWish {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly enrollments: number;
}

/**
 * The identities of one organization at its certificate authority. Fault `ca-unavailable` when it does not answer.
 * Nobody of the ledger, no peer and no door hears of a revocation here by itself.
 */
export interface Identities {
  /** Answers the secret, this once. Denial `identity-exists`. */
  register(wish: RegistrationWish): Promise<string>;
  /**
   * PEM of the certificate for the key of a PKCS #10 request, followed by its chain. Denial `csr-malformed`, or
   * `secret-invalid` alike for an unknown id and a secret that is wrong, spent or revoked, so that nobody can try out ids.
   */
  certify(id: string, secret: string, request: string): Promise<string>;
  list(): Promise<readonly KnownIdentity[]>;
  /** Takes all certificates and the secret back; answers how many certificates. Denial `identity-unknown`. */
  revoke(id: string, reason: RevocationReason): Promise<number>;
  /** PEM of the list of what is revoked, signed by the authority. */
  crl(): Promise<string>;
}

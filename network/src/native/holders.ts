import type { CertificateType } from '@dstore/organizations';

/** Somebody who holds certificates of an organization from the start. */
export interface Holder {
  /** Enrolment id, and name of the folder. */
  readonly id: string;
  /** Of the identity certificate; without one when undefined. */
  readonly type?: CertificateType;
  /** Roles within DStore. */
  readonly roles?: string;
  /** The CA of the TLS certificate; without one when undefined. */
  readonly tls?: 'tls' | 'admin';
  /** Whether others connect to it. */
  readonly serves?: true;
}

/** Who is enrolled when an organization comes up. */
export const holders: readonly Holder[] = [
  { id: 'peer', type: 'peer', tls: 'tls', serves: true },
  { id: 'orderer', type: 'orderer', tls: 'tls', serves: true },
  { id: 'chaincode', tls: 'tls', serves: true },
  // Gateways, providers and their doors; who speaks through them is said by identities.
  { id: 'application', tls: 'tls', serves: true },
  { id: 'admin', type: 'admin', roles: 'admin', tls: 'tls' },
  // A CA of its own: orderers take everybody whom this one certified for an administrator.
  { id: 'operator', tls: 'admin' },
  { id: 'owner', type: 'client', roles: 'owner' },
  { id: 'provider', type: 'client', roles: 'provider' },
];

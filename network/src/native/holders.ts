import type { CertificateType, Org } from '@dstore/organizations';

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

/** Who is enrolled in every organization. */
export const holders: readonly Holder[] = [
  { id: 'peer', type: 'peer', tls: 'tls', serves: true },
  { id: 'orderer', type: 'orderer', tls: 'tls', serves: true },
  { id: 'chaincode', tls: 'tls', serves: true },
  // Gateways, providers and their doors; who speaks through them is said by identities.
  { id: 'application', tls: 'tls', serves: true },
  { id: 'admin', type: 'admin', roles: 'admin', tls: 'tls' },
  // A CA of its own: orderers take everybody whom this one certified for an administrator.
  { id: 'operator', tls: 'admin' },
  // Doors know a caller by the name in its TLS certificate.
  { id: 'owner', type: 'client', roles: 'owner treasurer', tls: 'tls' },
  { id: 'provider', type: 'client', roles: 'provider' },
];

/** Who is enrolled when an organization comes up: an agent for each disk, who answers its door, beside the others. */
export function holdersOf({ sites }: Org): Holder[] {
  const disks = sites.flatMap((site) => site.disks);
  return [...holders, ...disks.map(({ disk }) => agent(disk))];
}

function agent(disk: string): Holder {
  return { id: disk, type: 'client', roles: 'provider', tls: 'tls', serves: true };
}

/** How far the gateway may go in leasing space by itself. */
export interface LeasePolicy {
  /** Highest price it agrees to, credits per GiB and epoch. */
  readonly maxPrice: bigint;
  /** Least collateral it asks for, credits per GiB. */
  readonly minCollateralRate: bigint;
  readonly termEpochs: bigint;
  /** Capacity of a new lease, and of each step of growth, in bytes. */
  readonly capacityBytes: bigint;
  /** Room kept free in each lease; below it a lease grows. */
  readonly headroomBytes: bigint;
  /** Most credits that the vault's leases may hold in escrow together; without it as many as the account has. */
  readonly budget?: bigint;
  /** Whether it does anything by itself; it does unless told not to. */
  readonly auto?: boolean;
  /** Disks that it opens no lease on by itself. A lease that is there already is kept. */
  readonly avoid?: readonly string[];
}

/** A lease as the policy looks at it. */
export interface LeaseExtent {
  readonly leaseId: string;
  readonly capacityBytes: bigint;
  readonly lastEpoch: bigint;
  readonly usedBytes: bigint;
  /** A change made in this epoch bars another one. */
  readonly changedIn: bigint | undefined;
}

/** What to do with a lease now. */
export type LeaseCare =
  | { readonly kind: 'extend'; readonly termEpochs: bigint }
  | { readonly kind: 'grow'; readonly capacityBytes: bigint };

/** Extends a lease of which less than half a term is left, grows one that runs full; the end comes first. */
export function careFor(lease: LeaseExtent, policy: LeasePolicy, epoch: bigint): LeaseCare | undefined {
  if (lease.changedIn === epoch || lease.lastEpoch <= epoch) return undefined;
  const left = lease.lastEpoch - epoch;
  if (left * 2n < policy.termEpochs) return { kind: 'extend', termEpochs: policy.termEpochs - left };
  if (lease.capacityBytes - lease.usedBytes < policy.headroomBytes) {
    return { kind: 'grow', capacityBytes: lease.capacityBytes + policy.capacityBytes };
  }
  return undefined;
}

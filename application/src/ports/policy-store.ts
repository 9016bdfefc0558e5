import type { LeasePolicy } from '../core/lease-policy.js';

/** Where the policy is kept by which a vault leases. What is changed is durable when the call returns. */
export interface PolicyStore {
  /** The policy in force. */
  read(): LeasePolicy;
  /** Puts another one in force. */
  write(policy: LeasePolicy): Promise<void>;
  /** Changes the disks that it avoids, and nothing else of it. */
  avoid(disks: readonly string[]): Promise<void>;
}

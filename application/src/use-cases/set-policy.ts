import { checkTerm, insist } from '@dstore/chaincode/domain';
import type { LeasePolicy } from '../core/lease-policy.js';
import type { Log } from '../ports/log.js';
import type { PolicyStore } from '../ports/policy-store.js';
import type { KeepLeases } from './keep-leases.js';

/** Shows the policy by which a vault leases, and puts another one in force. */
export class SetPolicy {
  readonly #policies: PolicyStore;
  readonly #leases: Pick<KeepLeases, 'alone' | 'run'>;
  readonly #log: Log;

  constructor(policies: PolicyStore, leases: Pick<KeepLeases, 'alone' | 'run'>, log: Log) {
    this.#policies = policies;
    this.#leases = leases;
    this.#log = log;
  }

  read(): LeasePolicy {
    return this.#policies.read();
  }

  /** In force, and durable, when this resolves; leases are kept by it at once. Refusal `term-out-of-range`, `capacity-out-of-range`. */
  async run(policy: LeasePolicy): Promise<LeasePolicy> {
    checkTerm(policy.termEpochs);
    insist(policy.capacityBytes > 0n, 'capacity-out-of-range', 'a lease has a capacity above zero');
    await this.#leases.alone(() => this.#policies.write(policy));
    this.#leases.run().catch((error: unknown) => this.#log.warn('leases not kept', { error }));
    return policy;
  }
}

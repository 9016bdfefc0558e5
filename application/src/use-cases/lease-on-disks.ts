import type { KeepLeases } from './keep-leases.js';
import type { Vault } from './vault.js';

/** Sees to it that the vault has a lease on each of these disks where one can be had. */
export class LeaseOnDisks {
  readonly #vault: Vault;
  readonly #leases: Pick<KeepLeases, 'run'>;

  constructor(vault: Vault, leases: Pick<KeepLeases, 'run'>) {
    this.#vault = vault;
    this.#leases = leases;
  }

  /** Lease ids by disk; disks without one are absent. */
  async run(diskIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (diskIds.some((diskId) => this.#vault.disks.get(diskId)?.lease === undefined))
      await this.#leases.run();
    return new Map(
      diskIds.flatMap((diskId): [string, string][] => {
        const lease = this.#vault.disks.get(diskId)?.lease;
        return lease === undefined ? [] : [[diskId, lease.leaseId]];
      }),
    );
  }
}

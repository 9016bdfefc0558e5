/** What is asked of an open vault here: its disks with the active lease on each, as of the last look. */
export interface LeasedDisks {
  readonly disks: ReadonlyMap<string, { readonly lease: { readonly leaseId: string } | undefined }>;
}

/** Has leases kept by the vault's policy, and answers those on the disks that repair wants to use. */
export class LeaseDisks {
  readonly #vault: LeasedDisks;
  readonly #keepLeases: { run(): Promise<unknown> };

  constructor(vault: LeasedDisks, keepLeases: { run(): Promise<unknown> }) {
    this.#vault = vault;
    this.#keepLeases = keepLeases;
  }

  /** Lease ids by disk; a disk that gave no lease is absent. */
  async run(diskIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    await this.#keepLeases.run();
    const leases = new Map<string, string>();
    for (const diskId of diskIds) {
      const lease = this.#vault.disks.get(diskId)?.lease;
      if (lease !== undefined) leases.set(diskId, lease.leaseId);
    }
    return leases;
  }
}

import type { Account } from '@dstore/chaincode/domain';
import type { LeasedDisk } from './leased-disk.js';

/** Gives up what an owner put under its lease and no receipt covers: the named shards, or all. Twice is harmless. */
export class DiscardShards {
  readonly #disk: LeasedDisk;

  constructor(disk: LeasedDisk) {
    this.#disk = disk;
  }

  async run(caller: Account, leaseId: string, digests?: readonly string[]): Promise<void> {
    await this.#disk.ownedLease(caller, leaseId);
    const { uncommitted } = this.#disk;
    const given = digests ?? [...uncommitted.keys()];
    const own = given.filter((digest) => uncommitted.get(digest)?.leaseId === leaseId);
    for (const digest of own) uncommitted.delete(digest);
    await this.#disk.removeUnnamed(own);
  }
}

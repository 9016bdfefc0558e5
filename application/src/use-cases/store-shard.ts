import { type Account, accountedBytes, roomOf } from '@dstore/chaincode/domain';
import { Denial } from '../ports/fault.js';
import type { LeasedDisk } from './leased-disk.js';

/**
 * Takes a shard under a lease: durable and checked against its digest when it resolves. Counts current, pending and kept
 * shards and those that no receipt covers against the lease's capacity. Refuses `lease-unknown`, `not-owner`,
 * `lease-not-active`; Denials `lease-full`, `digest-mismatch`, `disk-full`; Fault `disk-failed`.
 */
export class StoreShard {
  readonly #disk: LeasedDisk;

  constructor(disk: LeasedDisk) {
    this.#disk = disk;
  }

  async run(caller: Account, leaseId: string, digest: string, bytes: Uint8Array): Promise<void> {
    const { lease, epoch } = await this.#disk.ownedLease(caller, leaseId);
    const { book, disk, clock } = this.#disk.means;
    const { uncommitted } = this.#disk;
    await this.#disk.removalOf(digest);
    if (this.#disk.answersFor(digest)) return disk.put(digest, bytes);
    const taken = book.heldBytes(leaseId) + uncommitted.bytesOf(leaseId);
    const room = roomOf(lease, epoch) - taken;
    if (room < accountedBytes(bytes.length))
      throw new Denial('lease-full', `lease ${leaseId} has room for ${room} bytes`);
    uncommitted.set(digest, { leaseId, sizeBytes: bytes.length, at: clock.now() });
    try {
      await disk.put(digest, bytes);
    } catch (error) {
      uncommitted.delete(digest);
      throw error;
    }
    // Its owner may have given it up while it was written.
    await this.#disk.removeUnnamed([digest]);
  }
}

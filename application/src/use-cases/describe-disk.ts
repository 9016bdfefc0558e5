import { offerIn } from '@dstore/chaincode/domain';
import type { LeasedDisk } from './leased-disk.js';

/** Says how full a disk is. */
export class DescribeDisk {
  readonly #disk: LeasedDisk;

  constructor(disk: LeasedDisk) {
    this.#disk = disk;
  }

  async run(): Promise<{
    readonly diskId: string;
    readonly capacityBytes: bigint;
    readonly heldBytes: bigint;
    readonly uncommittedBytes: bigint;
  }> {
    const { diskId, book } = this.#disk.means;
    const [row, epoch] = await Promise.all([
      this.#disk.rows.read('disk', diskId),
      this.#disk.rows.read('epoch'),
    ]);
    const uncommitted = [...this.#disk.uncommitted.values()];
    return {
      diskId,
      capacityBytes: row === undefined ? 0n : offerIn(row, epoch?.number ?? 0n).capacityBytes,
      heldBytes: book.totalBytes(),
      uncommittedBytes: uncommitted.reduce((sum, { sizeBytes }) => sum + BigInt(sizeBytes), 0n),
    };
  }
}

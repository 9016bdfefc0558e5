import { Denial } from '../ports/fault.js';
import type { Disk } from '../ports/disk.js';

/** Hands a shard out, as it lies on the disk: who asked checks it. */
export class ReadShard {
  readonly #disk: Pick<Disk, 'get' | 'sizeOf'>;

  constructor(disk: Pick<Disk, 'get' | 'sizeOf'>) {
    this.#disk = disk;
  }

  /** Denial `shard-unknown` for a shard that is not here; Fault `disk-failed`. */
  async run(digest: string): Promise<Buffer> {
    const bytes = await this.#disk.get(digest);
    if (bytes === undefined) throw new Denial('shard-unknown', 'the shard is not on this disk');
    return bytes;
  }

  /** Its size in bytes, or undefined. */
  sizeOf(digest: string): Promise<number | undefined> {
    return this.#disk.sizeOf(digest);
  }
}

import { FileDisk } from '@dstore/application/adapters/file/file-disk.js';
import type { Block, Disk } from '@dstore/application/ports/disk.js';

/** What went over the disks of a consortium: blocks and bytes, either way. */
export interface Traffic {
  readonly gets: number;
  readonly puts: number;
  readonly bytes: number;
}

/** Counts what all disks that were opened through it give and take. */
export class DiskCounter {
  #gets = 0;
  #puts = 0;
  #bytes = 0;

  /** Opens a disk of files that is counted. */
  readonly open = async (_diskId: string, folder: string): Promise<Disk> => {
    const disk = await FileDisk.open(folder);
    return new CountingDisk(
      disk,
      (bytes) => {
        this.#gets += 1;
        this.#bytes += bytes;
      },
      (bytes) => {
        this.#puts += 1;
        this.#bytes += bytes;
      },
    );
  };

  /** Since the last call. */
  take(): Traffic {
    const traffic = { gets: this.#gets, puts: this.#puts, bytes: this.#bytes };
    this.#gets = this.#puts = this.#bytes = 0;
    return traffic;
  }
}

class CountingDisk implements Disk {
  readonly #disk: Disk;
  readonly #got: (bytes: number) => void;
  readonly #put: (bytes: number) => void;

  constructor(disk: Disk, got: (bytes: number) => void, put: (bytes: number) => void) {
    this.#disk = disk;
    this.#got = got;
    this.#put = put;
  }

  async put(digest: string, bytes: Uint8Array): Promise<void> {
    await this.#disk.put(digest, bytes);
    this.#put(bytes.length);
  }

  async get(digest: string): Promise<Buffer | undefined> {
    const bytes = await this.#disk.get(digest);
    if (bytes !== undefined) this.#got(bytes.length);
    return bytes;
  }

  sizeOf(digest: string): Promise<number | undefined> {
    return this.#disk.sizeOf(digest);
  }

  remove(digest: string): Promise<void> {
    return this.#disk.remove(digest);
  }

  list(): AsyncIterable<Block> {
    return this.#disk.list();
  }

  close(): Promise<void> {
    return this.#disk.close();
  }
}

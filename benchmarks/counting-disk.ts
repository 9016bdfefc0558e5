import { FileDisk } from '@dstore/application/adapters/file/file-disk.js';
import type { Block, Disk } from '@dstore/application/ports/disk.js';

/** What went over the disks of a consortium. */
export interface Traffic {
  readonly gets: number;
  readonly putBytes: number;
}

/** Counts what all disks that were opened through it give and take. */
export class DiskCounter {
  #gets = 0;
  #putBytes = 0;

  /** Opens a disk of files that is counted. */
  readonly open = async (_diskId: string, folder: string): Promise<Disk> => {
    const disk = await FileDisk.open(folder);
    return new CountingDisk(
      disk,
      () => (this.#gets += 1),
      (bytes) => (this.#putBytes += bytes),
    );
  };

  /** Since the last call. */
  take(): Traffic {
    const traffic = { gets: this.#gets, putBytes: this.#putBytes };
    this.#gets = this.#putBytes = 0;
    return traffic;
  }
}

class CountingDisk implements Disk {
  readonly #disk: Disk;
  readonly #got: () => unknown;
  readonly #put: (bytes: number) => unknown;

  constructor(disk: Disk, got: () => unknown, put: (bytes: number) => unknown) {
    this.#disk = disk;
    this.#got = got;
    this.#put = put;
  }

  async put(digest: string, bytes: Uint8Array): Promise<void> {
    await this.#disk.put(digest, bytes);
    this.#put(bytes.length);
  }

  async get(digest: string, room?: Buffer): Promise<Buffer | undefined> {
    const bytes = await this.#disk.get(digest, room);
    if (bytes !== undefined) this.#got();
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

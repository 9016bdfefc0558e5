import { maxShardBytes } from '../core/shard.js';
import { SpareBuffers } from '../core/spare-buffers.js';
import { Denial } from '../ports/fault.js';
import type { Disk } from '../ports/disk.js';

/** Buffers that wait for the next shards. */
const mostSpare = 2;

/** Hands a shard out, as it lies on the disk: who asked checks it. */
export class ReadShard {
  readonly #disk: Pick<Disk, 'get' | 'sizeOf'>;
  readonly #rooms = new SpareBuffers(maxShardBytes + 1, mostSpare);

  constructor(disk: Pick<Disk, 'get' | 'sizeOf'>) {
    this.#disk = disk;
  }

  /** Denial `shard-unknown` for a shard that is not here; Fault `disk-failed`. */
  async run(digest: string): Promise<Buffer> {
    const room = this.#rooms.take();
    const bytes = await this.#disk.get(digest, room);
    if (bytes?.buffer !== room.buffer) this.#rooms.give(room);
    if (bytes === undefined) throw new Denial('shard-unknown', 'the shard is not on this disk');
    return bytes;
  }

  /** Takes bytes back that `run` gave, for another shard; who keeps them need not. */
  done(bytes: Buffer): void {
    this.#rooms.give(bytes);
  }

  /** Its size in bytes, or undefined. */
  sizeOf(digest: string): Promise<number | undefined> {
    return this.#disk.sizeOf(digest);
  }
}

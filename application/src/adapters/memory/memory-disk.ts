import { isHex } from '@dstore/chaincode/domain';
import { shardDigest } from '../../core/shard.js';
import type { Block, Disk } from '../../ports/disk.js';
import { Denial, Fault } from '../../ports/fault.js';

/** Blocks of one process, gone with it. With a capacity in bytes it is full when the next block would not fit. */
export class MemoryDisk implements Disk {
  readonly #blocks = new Map<string, Buffer>();
  readonly #capacityBytes: number;
  #bytes = 0;
  #open = true;

  constructor({ capacityBytes = Infinity }: { capacityBytes?: number } = {}) {
    this.#capacityBytes = capacityBytes;
  }

  async put(digest: string, bytes: Uint8Array): Promise<void> {
    if (shardDigest(bytes) !== digest)
      throw new Denial('digest-mismatch', 'the bytes are not those that the digest names');
    if (this.#find(digest) !== undefined) return;
    if (this.#bytes + bytes.length > this.#capacityBytes)
      throw new Denial('disk-full', 'the disk has no room for the block');
    this.#bytes += bytes.length;
    this.#blocks.set(digest, Buffer.from(bytes));
  }

  async get(digest: string): Promise<Buffer | undefined> {
    const block = this.#find(digest);
    return block === undefined ? undefined : Buffer.from(block);
  }

  async sizeOf(digest: string): Promise<number | undefined> {
    return this.#find(digest)?.length;
  }

  async remove(digest: string): Promise<void> {
    this.#bytes -= this.#find(digest)?.length ?? 0;
    this.#blocks.delete(digest);
  }

  async *list(): AsyncIterable<Block> {
    for (const [digest, { length }] of this.#blocks) yield { digest, size: length };
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  #find(digest: string): Buffer | undefined {
    if (!isHex(digest, 32)) throw new RangeError('a digest is 32 bytes in lower-case hexadecimal');
    if (!this.#open) throw new Fault('disk-failed', 'the disk is closed', { retryable: false });
    return this.#blocks.get(digest);
  }
}

/** A block on a disk: a shard's BLAKE3 digest in hexadecimal, and its size in bytes. */
export interface Block {
  readonly digest: string;
  readonly size: number;
}

/**
 * One provider's own block store: never asks anybody else for a block.
 * Bytes are durable when `put` resolves (content and directory synced); a put of a block that is there is harmless.
 * Failures of the medium reject with Fault `disk-failed`; a full medium with Denial `disk-full`.
 */
export interface Disk {
  /** Refuses bytes that do not hash to the digest (`digest-mismatch`) and changes nothing. */
  put(digest: string, bytes: Uint8Array): Promise<void>;
  /**
   * The whole block, not verified, or undefined when it is not there. It may lie in `room`, which is the disk's until
   * this settles and takes more than the largest shard.
   */
  get(digest: string, room?: Buffer): Promise<Buffer | undefined>;
  /** Its size in bytes, or undefined when it is not there. */
  sizeOf(digest: string): Promise<number | undefined>;
  /** Removing what is not there is harmless. */
  remove(digest: string): Promise<void>;
  list(): AsyncIterable<Block>;
  close(): Promise<void>;
}

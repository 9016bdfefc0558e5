/**
 * Buffers of one size that are used again instead of made anew: fresh ones cost page faults, and garbage that the
 * collector sees late. What is taken is the taker's; one that never comes back is collected like any other buffer.
 */
export class SpareBuffers {
  readonly sizeBytes: number;
  readonly #mostSpare: number;
  readonly #spare: Buffer[] = [];
  readonly #taken = new WeakSet<ArrayBufferLike>();

  /** Keeps at most so many that nobody uses. */
  constructor(sizeBytes: number, mostSpare: number) {
    this.sizeBytes = sizeBytes;
    this.#mostSpare = mostSpare;
  }

  /** A buffer with any content. */
  take(): Buffer {
    const buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.sizeBytes);
    this.#taken.add(buffer.buffer);
    return buffer;
  }

  /** Takes one back, by itself or by any part of it. Once only; bytes that are not from here are left alone. */
  give({ buffer }: Uint8Array): void {
    if (!this.#taken.delete(buffer) || this.#spare.length >= this.#mostSpare) return;
    this.#spare.push(Buffer.from(buffer, 0, this.sizeBytes));
  }
}

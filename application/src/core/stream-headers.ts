/** Headers kept unless it is said: some 3 MB. */
const usualMost = 16_384;

/**
 * Headers of sealed streams by their sealId, as many as were used of late: they never change, and who knows one reads a
 * segment without a look at the front of its stream. Not secret; the seal tells whether one is right.
 */
export class StreamHeaders {
  readonly #most: number;
  readonly #headers = new Map<string, Buffer>();

  constructor(most = usualMost) {
    this.#most = most;
  }

  get(sealId: string): Buffer | undefined {
    return this.#headers.get(sealId);
  }

  /** Keeps a copy, in place of the one that was kept longest ago where there are too many. */
  keep(sealId: string, header: Uint8Array): void {
    const kept = this.#headers.get(sealId) ?? Buffer.from(Uint8Array.from(header).buffer);
    this.#headers.delete(sealId);
    this.#headers.set(sealId, kept);
    const [oldest] = this.#headers.keys();
    if (this.#headers.size > this.#most && oldest !== undefined) this.#headers.delete(oldest);
  }
}

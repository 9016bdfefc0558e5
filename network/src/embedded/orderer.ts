import type { Chain } from './chain.js';

/** Transactions in one block at most, and bytes after which a block takes no more. */
const blockTransactions = 500;
const blockBytes = 16 * 1024 * 1024;

/**
 * Puts envelopes in order. An idle orderer writes a block at once; what arrives while one is being written
 * goes into the next.
 */
export class Orderer {
  readonly #chain: Chain;
  readonly #queue: Uint8Array[] = [];
  #writing: Promise<void> | undefined;
  #failure: unknown;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  /** Takes an envelope. Throws when a block could not be written: nothing more is ordered then. */
  submit(envelope: Uint8Array): void {
    if (this.#failure !== undefined)
      throw new Error('the ledger can not be written', { cause: this.#failure });
    this.#queue.push(envelope);
    this.#writing ??= this.#write();
  }

  /** Runs a task between two blocks. */
  async between<T>(task: () => Promise<T>): Promise<T> {
    await this.idle();
    const running = task();
    this.#writing = running.then(
      () => this.#write(),
      () => this.#write(),
    );
    return running;
  }

  /** Resolves when all that was taken is written. */
  async idle(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #write(): Promise<void> {
    // Lets everything that is submitted in the same turn share a block.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0) await this.#chain.append(this.#nextBatch());
    } catch (error) {
      this.#failure = error;
      this.#queue.length = 0;
    } finally {
      this.#writing = undefined;
    }
  }

  #nextBatch(): Uint8Array[] {
    let bytes = 0;
    const end = this.#queue.findIndex(
      (envelope, index) => index === blockTransactions || (bytes += envelope.length) > blockBytes,
    );
    return this.#queue.splice(0, end < 0 ? this.#queue.length : Math.max(1, end));
  }
}

import type { KuboRpc } from './kubo-rpc.js';

/**
 * The room that is left in a daemon's repository, of which only garbage collection would take note (Kubo's StorageMax
 * stops nobody). Counts down what is stored and measures again when that no longer fits.
 */
export class Room {
  readonly #rpc: Pick<KuboRpc, 'space'>;
  #leftBytes = 0;

  constructor(rpc: Pick<KuboRpc, 'space'>) {
    this.#rpc = rpc;
  }

  /** Takes room for so many bytes; false when there is none. */
  async take(bytes: number): Promise<boolean> {
    if (bytes > this.#leftBytes) await this.#measure();
    if (bytes > this.#leftBytes) return false;
    this.#leftBytes -= bytes;
    return true;
  }

  /** Blocks on their way are not in the measure: a few put at once may exceed it by their own size. */
  async #measure(): Promise<void> {
    const { usedBytes, mostBytes } = await this.#rpc.space();
    this.#leftBytes = mostBytes - usedBytes;
  }
}

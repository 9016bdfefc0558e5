import type { Bundles } from '../../ports/bundles.js';

/** Bundles of one process; gone with it. */
export class MemoryBundles implements Bundles {
  readonly #kept = new Map<string, { readonly epoch: bigint; readonly bundle: Buffer }>();

  async keep(epoch: bigint, digest: string, bundle: Uint8Array): Promise<void> {
    this.#kept.set(digest, { epoch, bundle: Buffer.from(bundle) });
  }

  async get(digest: string): Promise<Buffer | undefined> {
    return this.#kept.get(digest)?.bundle;
  }

  async prune(before: bigint): Promise<void> {
    for (const [digest, { epoch }] of this.#kept) if (epoch < before) this.#kept.delete(digest);
  }
}

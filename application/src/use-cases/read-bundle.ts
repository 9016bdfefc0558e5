import type { Bundles } from '../ports/bundles.js';
import { Denial } from '../ports/fault.js';

/** Hands a proof bundle out, as it was judged: who asked checks it against the ledger's digest. */
export class ReadBundle {
  readonly #bundles: Pick<Bundles, 'get'>;

  constructor(bundles: Pick<Bundles, 'get'>) {
    this.#bundles = bundles;
  }

  /** Denial `bundle-unknown` for one that is not kept, or not any more. */
  async run(digest: string): Promise<Buffer> {
    const bundle = await this.#bundles.get(digest);
    if (bundle === undefined) throw new Denial('bundle-unknown', 'the bundle is not kept here (any more)');
    return bundle;
  }
}

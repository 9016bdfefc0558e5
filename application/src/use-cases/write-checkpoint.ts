import { checkpointDue, checkpointEvery, encodeParts } from '../core/checkpoint.js';
import type { CatalogDelta, Checkpoint, Extent, Stripe, StructureDelta } from '../core/delta.js';
import { entryData, type EntryKind } from '../core/entry.js';
import type { Geometry } from '../core/geometry.js';
import { entryKey } from '../core/keys.js';
import { sealStream } from '../core/sealed-stream.js';
import { Denial } from '../ports/fault.js';
import { giveUpStripes, type StoreStripe } from './store-stripe.js';
import type { Vault } from './vault.js';

/** A checkpoint that is stored and awaits the commit of the flush that carries it. */
export interface StoredCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly stripes: readonly Stripe[];
}

/** Flushes that go without a checkpoint after one that found no room. */
const pauseFlushes = 50n;

/**
 * Stores a checkpoint when one is due: the catalog as it is before the flush of this revision, sealed in two streams that
 * are made and stored a stripe at a time. The stripes are ones like those of objects: the structure entry of the flush
 * describes them, so the head stays small however large the checkpoint is. Memory is that of one stripe and one part.
 */
export class WriteCheckpoint {
  readonly #vault: Vault;
  readonly #store: Pick<StoreStripe, 'run'>;
  readonly #every: number;
  #notBefore = 0n;
  #demanded = false;

  constructor(vault: Vault, store: Pick<StoreStripe, 'run'>, every = checkpointEvery) {
    this.#vault = vault;
    this.#store = store;
    this.#every = every;
  }

  /** Makes one due at the next flush, once. */
  demand(): void {
    this.#demanded = true;
  }

  /**
   * Undefined when none is due. A vault without room for one goes on without: nothing of it is left, and it is tried
   * again. Not so after a recovery with losses, when nothing else leads to what there is.
   */
  async run(revision: bigint, geometry: Geometry): Promise<StoredCheckpoint | undefined> {
    const waits = revision < this.#notBefore && !this.#demanded && !this.#isBroken();
    if (waits || !this.#isDue()) return undefined;
    const stripes: Stripe[] = [];
    try {
      const parts = this.#vault.means.catalog.restate();
      const structure = await this.#stream('structure', parts.structure, revision, geometry, stripes);
      const catalog = await this.#stream('catalog', parts.catalog, revision, geometry, stripes);
      return { checkpoint: { catalog, structure }, stripes };
    } catch (error) {
      await giveUpStripes(this.#vault, stripes);
      if (!(error instanceof Denial) || this.#isBroken()) throw error;
      this.#notBefore = revision + pauseFlushes;
      return undefined;
    } finally {
      this.#demanded = false;
    }
  }

  /** Whether the catalog can't name the entry before: without a checkpoint the flush would lead nowhere. */
  #isBroken(): boolean {
    const { catalog } = this.#vault.means;
    return catalog.revision() > 0n && catalog.locator(catalog.revision()) === undefined;
  }

  #isDue(): boolean {
    if (this.#demanded || this.#isBroken()) return true;
    const { checkpoint, entries, entryBytes } = this.#vault.means.catalog.entryChain();
    const checkpointBytes = (checkpoint?.catalog.sealedBytes ?? 0) + (checkpoint?.structure.sealedBytes ?? 0);
    return checkpointDue({ entries, entryBytes, checkpointBytes }, this.#every);
  }

  async #stream(
    kind: EntryKind,
    parts: Iterable<CatalogDelta | StructureDelta>,
    revision: bigint,
    geometry: Geometry,
    stripes: Stripe[],
  ): Promise<Checkpoint[EntryKind]> {
    const { keyring, random, vaultId } = this.#vault.means;
    const { generation } = keyring;
    const key = kind === 'catalog' ? keyring.catalogKey(generation) : keyring.structureKey(generation);
    const sealed = sealStream(encodeParts(parts), {
      objectKey: entryKey(key, `${kind}-checkpoint`, revision),
      salt: random.bytes(32),
      noncePrefix: random.bytes(7),
      associatedData: entryData(vaultId, `${kind}-checkpoint`, revision),
    });
    const extents: Extent[] = [];
    for await (const pieces of grouped(sealed, geometry.dataShards)) {
      const stripe = await this.#store.run(random.bytes(16).toString('hex'), pieces, geometry);
      stripes.push(stripe);
      extents.push({ stripeId: stripe.stripeId, offset: 0, length: stripe.length });
    }
    return { sealedBytes: extents.reduce((sum, { length }) => sum + length, 0), extents };
  }
}

/** So many pieces at a time, the last group with what is left. */
async function* grouped(pieces: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer[]> {
  let group: Buffer[] = [];
  for await (const piece of pieces) {
    group.push(piece);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

import { offerIn } from '@dstore/chaincode/domain';
import { decodeParts } from '../core/checkpoint.js';
import {
  type CatalogDelta,
  catalogDeltaShape,
  type Checkpoint,
  type Extent,
  type Locator,
  type Shard,
  type Stripe,
  type StructureDelta,
  structureDeltaShape,
} from '../core/delta.js';
import {
  decodeCatalogEntry,
  decodeStructureEntry,
  entryData,
  type EntryKind,
  openEntry,
  type SealedKind,
} from '../core/entry.js';
import { reconstruct } from '../core/erasure.js';
import { entryKey } from '../core/keys.js';
import { openStream } from '../core/sealed-stream.js';
import { shardDigest } from '../core/shard.js';
import { shardRuns } from '../core/stripe.js';
import type { CheckpointParts } from '../ports/catalog.js';
import type { Door } from '../ports/door.js';
import { Fault } from '../ports/fault.js';
import type { VaultMeans } from './vault.js';

type Means = Pick<VaultMeans, 'vaultId' | 'ledger' | 'doors' | 'keyring'>;

/**
 * Reads entries and checkpoints without a catalog, for one recovery. Whoever walks from the newest entry to older ones
 * notes the moves that each names: the newest word about a shard is believed first, what was said before it is tried too.
 */
export class ReadEntry {
  readonly #means: Means;
  readonly #moved = new Map<string, Map<number, Shard>>();
  readonly #doors = new Map<string, Promise<Door | undefined>>();
  #last: { readonly stripeId: string; readonly data: readonly Buffer[] } | undefined;

  constructor(means: Means) {
    this.#means = means;
  }

  /** What is noted first is the newest. */
  noteMoves(moves: StructureDelta['moves']): void {
    for (const { stripeId, shard } of moves) {
      const known = this.#moved.get(stripeId) ?? new Map<number, Shard>();
      this.#moved.set(stripeId, known);
      if (!known.has(shard.index)) known.set(shard.index, shard);
    }
  }

  /** Faults `shards-unreachable`, `not-ready`; SealBroken for another key. */
  async catalog(locator: Locator): Promise<CatalogDelta> {
    return decodeCatalogEntry(await this.#entry('catalog', locator));
  }

  /** Rejects as {@link catalog} does. */
  async structure(locator: Locator): Promise<StructureDelta> {
    return decodeStructureEntry(await this.#entry('structure', locator));
  }

  /** The parts of a checkpoint, read as they are taken; `stripes` describe where it lies. Rejects as {@link catalog} does. */
  parts(
    { revision, generation }: Locator,
    checkpoint: Checkpoint,
    stripes: readonly Stripe[],
  ): CheckpointParts<AsyncIterable<StructureDelta>, AsyncIterable<CatalogDelta>> {
    const known = new Map(stripes.map((stripe) => [stripe.stripeId, stripe]));
    const open = (kind: EntryKind) =>
      openStream(this.#pieces(checkpoint[kind].extents, known), {
        objectKey: this.#key(kind, `${kind}-checkpoint`, generation, revision),
        associatedData: entryData(this.#means.vaultId, `${kind}-checkpoint`, revision),
      });
    return {
      structure: decodeParts(open('structure'), structureDeltaShape),
      catalog: decodeParts(open('catalog'), catalogDeltaShape),
    };
  }

  async #entry(kind: EntryKind, locator: Locator): Promise<Buffer> {
    const known = new Map(locator.stripes.map((stripe) => [stripe.stripeId, stripe]));
    const pieces: Buffer[] = [];
    for await (const piece of this.#pieces(locator[kind].extents, known)) pieces.push(piece);
    const key = this.#key(kind, kind, locator.generation, locator.revision);
    return openEntry(Buffer.concat(pieces), key, this.#means.vaultId, kind, locator.revision);
  }

  #key(half: EntryKind, kind: SealedKind, generation: bigint, revision: bigint): Buffer {
    const { keyring } = this.#means;
    const of = Number(generation);
    return entryKey(half === 'catalog' ? keyring.catalogKey(of) : keyring.structureKey(of), kind, revision);
  }

  async *#pieces(extents: readonly Extent[], known: ReadonlyMap<string, Stripe>): AsyncGenerator<Buffer> {
    for (const { stripeId, offset, length } of extents) {
      const stripe = known.get(stripeId);
      if (stripe === undefined)
        throw new Fault('not-ready', 'an entry lies in a stripe that nothing describes', {
          retryable: false,
        });
      const data = await this.#stripe(stripe);
      for (const run of shardRuns(offset, length, stripe.shardSize))
        yield (data[run.index] as Buffer).subarray(run.start, run.end);
    }
  }

  /** All data shards of a stripe, from any k whose digests fit. */
  async #stripe(stripe: Stripe): Promise<readonly Buffer[]> {
    const { stripeId, dataShards, parityShards } = stripe;
    if (this.#last?.stripeId === stripeId) return this.#last.data;
    const got = new Map<number, Buffer>();
    for (const shard of [...(this.#moved.get(stripeId)?.values() ?? []), ...stripe.shards]) {
      if (got.size === dataShards) break;
      const bytes = got.has(shard.index) ? undefined : await this.#shard(shard, stripe.shardSize);
      if (bytes !== undefined) got.set(shard.index, bytes);
    }
    if (got.size < dataShards)
      throw new Fault('shards-unreachable', `${got.size} of ${dataShards} shards of an entry can be had`, {
        retryable: true,
      });
    const all = Array.from({ length: dataShards + parityShards }, (_, index) => got.get(index));
    const missing = [...all.keys()].filter((index) => index < dataShards && !got.has(index));
    const rebuilt = reconstruct(all, dataShards, parityShards, missing);
    for (const [at, index] of missing.entries()) all[index] = rebuilt[at];
    const data = all.slice(0, dataShards) as Buffer[];
    this.#last = { stripeId, data };
    return data;
  }

  async #shard({ diskId, digest }: Shard, size: number): Promise<Buffer | undefined> {
    const opened = this.#doors.get(diskId) ?? this.#open(diskId);
    this.#doors.set(diskId, opened);
    const bytes = await (await opened)?.getShard(digest, size).catch(() => undefined);
    return bytes !== undefined && bytes.length === size && shardDigest(bytes) === digest ? bytes : undefined;
  }

  async #open(diskId: string): Promise<Door | undefined> {
    const { ledger, doors } = this.#means;
    const [disk, epoch] = await Promise.all([ledger.read('disk', diskId), ledger.read('epoch')]);
    return disk === undefined ? undefined : doors.at(offerIn(disk, epoch?.number ?? 0n).door);
  }
}

import type {
  CatalogDelta,
  Extent,
  Flush,
  LeaseSteps,
  Locator,
  Shard,
  Stripe,
  StructureDelta,
  Version,
} from '../core/delta.js';
import { encodeEntry, type EntryKind, sealEntry } from '../core/entry.js';
import type { Geometry } from '../core/geometry.js';
import { entryKey } from '../core/keys.js';
import { LeaseLayout, type VectorShard } from '../core/lease-layout.js';
import { pack } from '../core/packing.js';
import type { Content, Change } from '@dstore/chaincode/domain';
import { giveUpStripes, type StoreStripe } from './store-stripe.js';
import type { SortedChanges } from './sort-changes.js';
import {
  byGeometry,
  deal,
  geometryName,
  type Packs,
  relocationsOf,
  type TailSource,
  tailsOf,
} from './tails.js';
import type { Vault } from './vault.js';
import type { VaultChange } from './vault-change.js';
import { type StoredCheckpoint, WriteCheckpoint } from './write-checkpoint.js';

type Put = Extract<VaultChange, { kind: 'put' }>;

/** What is asked of one provider: to sign for its lease's new content. */
export interface LeaseCommit {
  readonly layout: LeaseLayout;
  readonly changes: readonly Change[];
  readonly content: Content;
}

/** A flush ready for receipts, with the stripes it stored itself. */
export interface BuiltFlush {
  readonly flush: Flush;
  readonly commits: readonly LeaseCommit[];
  readonly droppedLeases: readonly string[];
  readonly ownStripes: readonly Stripe[];
}

/** Most stripes whose shards one flush removes: keeps change lists short; the rest follows in the next. */
const removedAtOnce = 500;

/**
 * Turns sorted changes into a flush: packs tails and the two entries into shared stripes, stores those, and works out
 * every lease's change list. Stripes that the entries lie in are described by the locator, all others by the entry.
 */
export class BuildFlush {
  readonly #vault: Vault;
  readonly #store: Pick<StoreStripe, 'run'>;
  readonly #checkpoints: Pick<WriteCheckpoint, 'run'>;

  constructor(
    vault: Vault,
    store: Pick<StoreStripe, 'run'>,
    checkpoints: Pick<WriteCheckpoint, 'run'> = new WriteCheckpoint(vault, store),
  ) {
    this.#vault = vault;
    this.#store = store;
    this.#checkpoints = checkpoints;
  }

  /** `stripesOf` answers a put's own stripes as they may be committed now. What it stored before it failed is given up. */
  async run(
    sorted: SortedChanges<unknown>,
    stripesOf: (put: Put) => readonly Stripe[],
    entryGeometry: Geometry,
  ): Promise<BuiltFlush> {
    const own: Stripe[] = [];
    try {
      return await this.#build(sorted, stripesOf, entryGeometry, own);
    } catch (error) {
      await giveUpStripes(this.#vault, own);
      throw error;
    }
  }

  async #build(
    sorted: SortedChanges<unknown>,
    stripesOf: (put: Put) => readonly Stripe[],
    entryGeometry: Geometry,
    own: Stripe[],
  ): Promise<BuiltFlush> {
    const { catalog, keyring } = this.#vault.means;
    const revision = catalog.revision() + 1n;
    const stored = await this.#checkpoints.run(revision, entryGeometry);
    own.push(...(stored?.stripes ?? []));
    const closed = sorted.puts.flatMap(([, put]) => [...stripesOf(put)]);
    const packs: Packs = new Map();
    const sources = await this.#packOthers(sorted, entryGeometry, packs, own);
    closed.push(...own);
    const ids = idSource(() => this.#id());
    const capacity = entryGeometry.dataShards << 20;
    const tails = sources.flatMap(tailsOf);
    const tailPack = pack(
      tails.map((tail) => tail.length),
      capacity,
      ids.rewound(),
    );
    deal(sources, tailPack.extents, packs);
    const full = tailPack.stripes.filter((stripe) => stripe.length === capacity);
    const bytes = Buffer.concat(tails);
    for (const [index, stripe] of full.entries()) {
      const whole = await this.#store.run(
        stripe.stripeId,
        [bytes.subarray(index * capacity, (index + 1) * capacity)],
        entryGeometry,
      );
      own.push(whole);
      closed.push(whole);
    }
    const catalogDelta = this.#catalogDelta(sorted, packs, revision);
    const dead = this.#removals(sorted);
    const work = this.#leaseWork(closed, sorted, dead);
    const checkpoint = stored?.checkpoint;
    const structureDelta = this.#structureDelta({ closed, sorted, dead, work, revision, checkpoint });
    const entries = (['catalog', 'structure'] as const).map((kind) =>
      this.#seal(kind, kind === 'catalog' ? catalogDelta : structureDelta, revision),
    );
    const lengths = [...tails, ...entries].map((stream) => stream.length);
    const whole = pack(lengths, capacity, ids.rewound());
    const last = Buffer.concat([bytes.subarray(full.length * capacity), ...entries]);
    const entryStripes: Stripe[] = [];
    for (const [index, stripe] of whole.stripes.slice(full.length).entries()) {
      const piece = last.subarray(index * capacity, index * capacity + stripe.length);
      const kept = await this.#store.run(stripe.stripeId, [piece], entryGeometry);
      entryStripes.push(kept);
      own.push(kept);
    }
    const [catalogExtents, structureExtents] = whole.extents.slice(-2) as [Extent[], Extent[]];
    const locator: Locator = {
      revision,
      generation: BigInt(keyring.generation),
      catalog: { sealedBytes: entries[0]?.length ?? 0, extents: catalogExtents },
      structure: { sealedBytes: entries[1]?.length ?? 0, extents: structureExtents },
      stripes: entryStripes,
    };
    const commits = this.#commits(work, entryStripes);
    return {
      flush: { catalog: catalogDelta, structure: structureDelta, locator },
      commits,
      droppedLeases: structureDelta.droppedLeases,
      ownStripes: own,
    };
  }

  #id(): string {
    return this.#vault.means.random.bytes(16).toString('hex');
  }

  /** Packs tails of other geometries into stripes of theirs; answers the sources that share stripes with the entries. */
  async #packOthers(
    sorted: SortedChanges<unknown>,
    entryGeometry: Geometry,
    packs: Packs,
    own: Stripe[],
  ): Promise<TailSource[]> {
    const groups = byGeometry(sorted);
    const shared = groups.get(geometryName(entryGeometry)) ?? [];
    groups.delete(geometryName(entryGeometry));
    for (const sources of groups.values()) {
      const { geometry } = sources[0] as TailSource;
      const capacity = geometry.dataShards << 20;
      const tails = sources.flatMap(tailsOf);
      const packing = pack(
        tails.map((tail) => tail.length),
        capacity,
        () => this.#id(),
      );
      deal(sources, packing.extents, packs);
      const bytes = Buffer.concat(tails);
      for (const [index, { stripeId, length }] of packing.stripes.entries()) {
        own.push(
          await this.#store.run(
            stripeId,
            [bytes.subarray(index * capacity, index * capacity + length)],
            geometry,
          ),
        );
      }
    }
    return shared;
  }

  #catalogDelta(sorted: SortedChanges<unknown>, packs: Packs, revision: bigint): CatalogDelta {
    const versions = sorted.puts.map(([, put]): Version => ({
      ...put.version,
      marker: 'no',
      streams: put.streams.map(({ tail, extents, ...stream }, index) => ({
        ...stream,
        extents: tail.length === 0 ? extents : [...extents, ...(packs.get(put)?.[index] ?? [])],
      })),
    }));
    const { buckets, droppedBuckets, droppedVersions, markers } = sorted;
    const relocations = relocationsOf(sorted, packs);
    return {
      format: 1,
      revision,
      buckets,
      droppedBuckets,
      versions: [...versions, ...markers],
      droppedVersions,
      ...(relocations.length === 0 ? {} : { relocations }),
    };
  }

  /** Dead stripes whose shards can be given up now: a disk that is failing would hold the flush up, its stripes wait. */
  #removals(sorted: SortedChanges<unknown>): readonly Stripe[] {
    const moved = new Set(sorted.moves.map((move) => move.stripeId));
    const reachable = (stripe: Stripe) =>
      stripe.shards.every(
        (shard) => !this.#vault.isActive(shard.leaseId) || !this.#vault.isFailing(shard.diskId),
      );
    const found: Stripe[] = [];
    for (const stripe of this.#vault.means.catalog.deadStripes()) {
      if (found.length === removedAtOnce) break;
      if (!moved.has(stripe.stripeId) && reachable(stripe)) found.push(stripe);
    }
    return found;
  }

  #leaseWork(
    closed: readonly Stripe[],
    sorted: SortedChanges<unknown>,
    dead: readonly Stripe[],
  ): Map<string, LeaseWork> {
    const work = new Map<string, LeaseWork>();
    const of = ({ leaseId, diskId }: { leaseId: string; diskId: string }) => {
      const known = work.get(leaseId) ?? { diskId, removals: [], appends: [] };
      work.set(leaseId, known);
      return known;
    };
    for (const stripe of dead) {
      for (const shard of stripe.shards) {
        if (this.#vault.isActive(shard.leaseId))
          of(shard).removals.push({ stripeId: stripe.stripeId, index: shard.index });
      }
    }
    for (const { stripeId, index, digest, sizeBytes, from, to } of sorted.moves) {
      const former = from === undefined ? undefined : this.#vault.layouts.get(from);
      if (former !== undefined && from !== to.leaseId && this.#signs(former))
        of(former).removals.push({ stripeId, index });
      // A shard that comes back finds its entry where it was.
      if (this.#vault.layouts.get(to.leaseId)?.positionOf({ stripeId, index }) === undefined)
        of(to).appends.push({ stripeId, index, digest, size: sizeBytes });
    }
    for (const leftover of this.#leftovers(sorted)) of(leftover).removals.push(leftover);
    for (const stripe of closed)
      for (const shard of stripe.shards) of(shard).appends.push(vectorShard(stripe, shard));
    return work;
  }

  /** Whether a change of the lease can be signed for now. */
  #signs({ leaseId, diskId }: { readonly leaseId: string; readonly diskId: string }): boolean {
    return this.#vault.isActive(leaseId) && !this.#vault.isFailing(diskId);
  }

  /** Entries of shards that were moved while their provider did not sign, and that it can let go now. */
  #leftovers(
    sorted: SortedChanges<unknown>,
  ): { leaseId: string; diskId: string; stripeId: string; index: number }[] {
    const { catalog } = this.#vault.means;
    const back = new Set(sorted.moves.map(({ stripeId, index, to }) => `${to.leaseId}/${stripeId}/${index}`));
    return catalog
      .leftovers()
      .filter(({ leaseId, stripeId, index }) => !back.has(`${leaseId}/${stripeId}/${index}`))
      .flatMap(({ leaseId, stripeId, index }) => {
        const diskId = this.#vault.layouts.get(leaseId)?.diskId;
        return diskId !== undefined && this.#signs({ leaseId, diskId })
          ? [{ leaseId, diskId, stripeId, index }]
          : [];
      })
      .slice(0, removedAtOnce);
  }

  #structureDelta({ closed, sorted, dead, work, revision, checkpoint }: StructureParts): StructureDelta {
    const { catalog } = this.#vault.means;
    const leases = [...work].map(([leaseId, { diskId, removals, appends }]): LeaseSteps => {
      const { layout, steps } = this.#layout(leaseId, diskId).changed(removals, appends);
      return { leaseId, diskId, revision: layout.revision, steps };
    });
    const previous = catalog.locator(revision - 1n);
    const beforePrevious = catalog.locator(revision - 2n);
    return {
      format: 1,
      revision,
      stripes: closed,
      droppedStripes: dead.map((stripe) => stripe.stripeId),
      moves: sorted.moves.map(({ stripeId, index, digest, to }) => ({
        stripeId,
        shard: { index, digest, ...to },
      })),
      droppedLeases: [...this.#vault.layouts.keys()].filter((leaseId) => !this.#vault.isActive(leaseId)),
      leases,
      ...(previous === undefined ? {} : { previous }),
      ...(beforePrevious === undefined ? {} : { beforePrevious }),
      ...(checkpoint === undefined ? {} : { checkpoint }),
    };
  }

  #layout(leaseId: string, diskId: string): LeaseLayout {
    return this.#vault.layouts.get(leaseId) ?? new LeaseLayout(leaseId, diskId, 0n, []);
  }

  #seal(kind: EntryKind, delta: CatalogDelta | StructureDelta, revision: bigint): Buffer {
    const { keyring, random, vaultId } = this.#vault.means;
    const key =
      kind === 'catalog' ? keyring.catalogKey(keyring.generation) : keyring.structureKey(keyring.generation);
    const salt = { salt: random.bytes(32), noncePrefix: random.bytes(7) };
    return sealEntry(encodeEntry(delta), entryKey(key, kind, revision), vaultId, kind, revision, salt);
  }

  #commits(work: Map<string, LeaseWork>, entryStripes: readonly Stripe[]): LeaseCommit[] {
    for (const stripe of entryStripes) {
      for (const shard of stripe.shards) {
        const known = work.get(shard.leaseId) ?? { diskId: shard.diskId, removals: [], appends: [] };
        work.set(shard.leaseId, known);
        known.appends.push(vectorShard(stripe, shard));
      }
    }
    return [...work].map(([leaseId, { diskId, removals, appends }]) => {
      const { layout, changes } = this.#layout(leaseId, diskId).changed(removals, appends);
      const { vector, revision } = layout;
      return {
        layout,
        changes,
        content: { revision, root: vector.root, count: BigInt(vector.count), bytes: vector.bytes },
      };
    });
  }
}

interface StructureParts {
  readonly closed: readonly Stripe[];
  readonly sorted: SortedChanges<unknown>;
  readonly dead: readonly Stripe[];
  readonly work: ReadonlyMap<string, LeaseWork>;
  readonly revision: bigint;
  readonly checkpoint: StoredCheckpoint['checkpoint'] | undefined;
}

interface LeaseWork {
  readonly diskId: string;
  readonly removals: { stripeId: string; index: number }[];
  readonly appends: VectorShard[];
}

function vectorShard(stripe: Stripe, shard: Shard): VectorShard {
  return { stripeId: stripe.stripeId, index: shard.index, digest: shard.digest, size: stripe.shardSize };
}

/** Ids in a fixed order that can be drawn again from the first, so that packing twice names stripes alike. */
function idSource(fresh: () => string): { rewound(): () => string } {
  const ids: string[] = [];
  return {
    rewound: () => {
      let at = 0;
      return () => (ids[at++] ??= fresh());
    },
  };
}

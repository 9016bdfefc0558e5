import type {
  Extent,
  Flush,
  LeaseSteps,
  Relocation,
  SealedStream,
  Shard,
  Step,
  Stripe,
  Version,
} from '@dstore/application/core/delta.js';

import type { SeededRandom } from '../application/memory-vault.js';
import type { CatalogModel } from './catalog-model.js';

/** Keys whose order in UTF-8 bytes differs from that in UTF-16 units, and such that look like patterns. */
export const keys = ['a', 'a/b', 'a/%', 'a_', 'ä', '\uFFFD', '\u{10000}', '\u{1F600}x', 'a/b/c', 'B'];
export const buckets = ['one', 'two'];

const lease = (disk: number) => disk.toString(16).padStart(32, '0');

/** Makes flushes that a gateway could make, from a seed: whatever is in the model may be changed by the next. */
export class FlushSource {
  readonly #random: SeededRandom;
  readonly #model: CatalogModel;
  #disks = 6;

  constructor(random: SeededRandom, model: CatalogModel) {
    this.#random = random;
    this.#model = model;
  }

  next(): Flush {
    const revision = this.#model.revision + 1n;
    const droppedLeases = this.#droppedLeases();
    const stripes = Array.from({ length: this.#random.below(3) }, () => this.#stripe());
    const entryStripe = this.#stripe();
    const versions = this.#versions([...stripes, entryStripe]);
    const droppedVersions = this.#droppedVersions();
    const relocations = this.#relocations(entryStripe, droppedVersions);
    const work = new Map<string, { diskId: string; steps: Step[] }>();
    const dead = [...this.#model.stripes.values()].filter(
      ({ stripeId, shards }) =>
        this.#model.live(stripeId) === 0 && !shards.some(({ leaseId }) => droppedLeases.includes(leaseId)),
    );
    const dropped = this.#random.below(2) === 0 ? dead.slice(0, 3) : [];
    const moves = this.#moves(dropped, droppedLeases);
    this.#remove(dropped, moves, droppedLeases, work);
    const checkpoint = revision % 9n === 0n ? [this.#stripe(), this.#stripe()] : [];
    const closed = [...stripes, ...checkpoint];
    for (const { stripeId, shards } of closed)
      for (const shard of shards) stepsOf(work, shard).push({ append: { stripeId, index: shard.index } });
    const leases = [...work].map(([leaseId, { diskId, steps }]): LeaseSteps => {
      const before = this.#model.leases.get(leaseId)?.revision ?? 0n;
      return { leaseId, diskId, revision: before + 1n, steps };
    });
    const entry = (stripe: Stripe, offset: number): { sealedBytes: number; extents: Extent[] } => ({
      sealedBytes: 50,
      extents: [{ stripeId: stripe.stripeId, offset, length: 50 }],
    });
    const [one, other] = checkpoint;
    const previous = this.#model.locators.at(-1);
    return {
      catalog: {
        format: 1,
        revision,
        buckets: revision === 1n ? buckets.map((name) => bucketOf(name)) : [],
        droppedBuckets: [],
        versions,
        droppedVersions,
        ...(relocations.length === 0 ? {} : { relocations }),
      },
      structure: {
        format: 1,
        revision,
        stripes: closed,
        droppedStripes: dropped.map(({ stripeId }) => stripeId),
        moves,
        droppedLeases,
        leases,
        ...(previous === undefined ? {} : { previous }),
        ...(one === undefined || other === undefined
          ? {}
          : { checkpoint: { catalog: entry(one, 0), structure: entry(other, 0) } }),
      },
      locator: {
        revision,
        generation: 0n,
        catalog: entry(entryStripe, 100),
        structure: entry(entryStripe, 150),
        stripes: [entryStripe],
      },
    };
  }

  #id(): string {
    return this.#random.bytes(16).toString('hex');
  }

  #stripe(): Stripe {
    const stripeId = this.#id();
    const first = this.#random.below(this.#disks);
    const shards = [0, 1, 2].map((index): Shard => {
      const disk = (first + index) % this.#disks;
      return {
        index,
        digest: this.#random.bytes(32).toString('hex'),
        leaseId: lease(disk),
        diskId: `d${disk}`,
      };
    });
    return { stripeId, dataShards: 2, parityShards: 1, length: 1000, shardSize: 512, shards };
  }

  /** Versions whose streams lie packed in the flush's stripes, neighbours of each other and of the entries. */
  #versions(stripes: readonly Stripe[]): Version[] {
    const names = new Set(
      Array.from({ length: this.#random.below(4) }, () => `${this.#pick(buckets)} ${this.#pick(keys)}`),
    );
    return [...names].map((name, at): Version => {
      const [bucket = '', key = ''] = name.split(' ');
      const marker = this.#random.below(6) === 0;
      const extents = stripes.map(({ stripeId }) => ({ stripeId, offset: 200 + 10 * at, length: 10 }));
      const plainBytes = 10 * extents.length;
      const stream: SealedStream = {
        sealId: this.#id(),
        wrappedKey: 'AAAA',
        plainBytes,
        sealedBytes: plainBytes,
        extents,
      };
      return {
        versionId: this.#id(),
        bucket,
        key,
        bytes: marker ? 0 : plainBytes,
        modified: at,
        marker: marker ? 'yes' : 'no',
        headers: [['content-type', 'text/plain']],
        metadata: [],
        streams: marker ? [] : [stream],
      };
    });
  }

  #droppedVersions(): string[] {
    const chosen = this.#model.versions.filter(() => this.#random.below(25) === 0);
    return chosen.map(({ versionId }) => versionId);
  }

  /** Versions that are copied out of some stripe now and then, in one piece or in two that do not meet. */
  #relocations(to: Stripe, dropped: readonly string[]): Relocation[] {
    const stripe = [...this.#model.stripes.keys()][this.#random.below(this.#model.stripes.size + 1)];
    const inIt = this.#model.versions.filter(
      ({ versionId, streams }) =>
        !dropped.includes(versionId) &&
        streams.some(({ extents }) => extents.some(({ stripeId }) => stripeId === stripe)),
    );
    return inIt.map(({ versionId, streams }, at) => {
      const from = streams.flatMap(({ extents }) => extents).filter(({ stripeId }) => stripeId === stripe);
      const place = (offset: number, length: number) => ({ stripeId: to.stripeId, offset, length });
      const extents = from.map((extent, index) => {
        const offset = 400 + 40 * at + 20 * index;
        const half = extent.length >> 1;
        const halves = [place(offset, half), place(offset + half + 1, extent.length - half)];
        return { from: extent, to: half > 0 && at % 2 === 0 ? halves : [place(offset, extent.length)] };
      });
      return { versionId, extents };
    });
  }

  /** A lease that ends now and then; new stripes lie on other disks from then on. */
  #droppedLeases(): string[] {
    const ends = this.#random.below(25) === 0 && this.#disks > 4;
    if (!ends) return [];
    this.#disks -= 1;
    const leaseId = lease(this.#disks);
    return this.#model.leases.has(leaseId) ? [leaseId] : [];
  }

  #moves(dropped: readonly Stripe[], ended: readonly string[]): { stripeId: string; shard: Shard }[] {
    const still = [...this.#model.stripes.values()].filter((stripe) => !dropped.includes(stripe));
    const stripe = still[this.#random.below(still.length + 1)];
    const index = this.#random.below(3);
    const shard = stripe?.shards.find((one) => one.index === index);
    if (stripe === undefined || shard === undefined || ended.includes(shard.leaseId)) return [];
    const used = stripe.shards.map(({ diskId }) => diskId);
    const free = Array.from({ length: this.#disks }, (_, disk) => disk).filter(
      (disk) => !used.includes(`d${disk}`),
    );
    if (free.length === 0) return [];
    const former = free.find((disk) => this.#holds(lease(disk), stripe.stripeId, index));
    const disk = former ?? this.#pick(free);
    const moved = { index, digest: shard.digest, leaseId: lease(disk), diskId: `d${disk}` };
    return [{ stripeId: stripe.stripeId, shard: moved }];
  }

  #holds(leaseId: string, stripeId: string, index: number): boolean {
    const slots = this.#model.leases.get(leaseId)?.slots ?? [];
    return slots.some((slot) => slot.stripeId === stripeId && slot.index === index);
  }

  /** Steps for dropped stripes and moves; every other move leaves its entry in the former vector behind. */
  #remove(
    dropped: readonly Stripe[],
    moves: readonly { stripeId: string; shard: Shard }[],
    ended: readonly string[],
    work: Map<string, { diskId: string; steps: Step[] }>,
  ): void {
    const slots = new Map<string, string[]>();
    const remove = (shard: LeaseName, name: string) => {
      const known = this.#model.leases.get(shard.leaseId)?.slots ?? [];
      const names = slots.get(shard.leaseId) ?? known.map(({ stripeId, index }) => `${stripeId}/${index}`);
      slots.set(shard.leaseId, names);
      const at = names.indexOf(name);
      if (at < 0 || ended.includes(shard.leaseId)) return;
      const last = names.pop() as string;
      if (at < names.length) names[at] = last;
      stepsOf(work, shard).push({ remove: at });
    };
    for (const { stripeId, shards } of dropped)
      for (const shard of shards) remove(shard, `${stripeId}/${shard.index}`);
    for (const { stripeId, shard } of moves) {
      const former = this.#model.stripes.get(stripeId)?.shards.find(({ index }) => index === shard.index);
      if (former !== undefined && this.#random.below(2) === 0) remove(former, `${stripeId}/${shard.index}`);
    }
    for (const [shard, name] of this.#leftovers(moves)) if (this.#random.below(4) === 0) remove(shard, name);
    for (const { stripeId, shard } of moves) {
      if (!this.#holds(shard.leaseId, stripeId, shard.index))
        stepsOf(work, shard).push({ append: { stripeId, index: shard.index } });
    }
  }

  /** Entries of vectors whose shards lie elsewhere, and that no move of this flush brings back. */
  #leftovers(moves: readonly { stripeId: string; shard: Shard }[]): (readonly [LeaseName, string])[] {
    const back = moves.map(({ stripeId, shard }) => `${shard.leaseId} ${stripeId}/${shard.index}`);
    return leftoversOf(this.#model)
      .filter(({ leaseId, stripeId, index }) => !back.includes(`${leaseId} ${stripeId}/${index}`))
      .map((leftover) => [leftover, `${leftover.stripeId}/${leftover.index}`] as const);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.below(list.length)] as T;
  }
}

type LeaseName = Pick<Shard, 'leaseId' | 'diskId'>;

/** What no stripe of a model says to lie where a vector has it. */
export function leftoversOf(model: CatalogModel) {
  return [...model.leases].flatMap(([leaseId, { diskId, slots }]) =>
    slots
      .map((slot, position) => ({ leaseId, diskId, position, ...slot }))
      .filter(({ stripeId, index }) => {
        const shards = model.stripes.get(stripeId)?.shards ?? [];
        return !shards.some((shard) => shard.index === index && shard.leaseId === leaseId);
      }),
  );
}

function stepsOf(
  work: Map<string, { diskId: string; steps: Step[] }>,
  { leaseId, diskId }: LeaseName,
): Step[] {
  const known = work.get(leaseId) ?? { diskId, steps: [] };
  work.set(leaseId, known);
  return known.steps;
}

/** A bucket that keeps versions. */
export function bucketOf(bucket: string) {
  return { bucket, dataShards: 2, parityShards: 1, versions: 'keep' as const, created: 5 };
}

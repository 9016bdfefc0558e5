import type { Extent, Stripe } from '../core/delta.js';
import type { Geometry } from '../core/geometry.js';
import { place } from '../core/placement.js';
import { geometryName } from './tails.js';
import type { FlushVault } from './flush-vault.js';
import type { Log } from '../ports/log.js';
import type { ReadStripe } from './read-stripe.js';
import type { Vault } from './vault.js';
import type { LivePiece } from './vault-change.js';
import type { WriteCheckpoint } from './write-checkpoint.js';

/** Ciphertext that one flush rewrites: puts that share it wait so much longer. */
const batchBytes = 16 << 20;
/** Versions whose places one flush states anew: keeps its entry small. */
const batchPieces = 4000;
/** Dead bytes beside entries for which no checkpoint is written before its time. */
const leastWaste = 1 << 20;

/** What compaction is made of. */
export interface CompactionMeans {
  readonly vault: Vault;
  readonly read: Pick<ReadStripe, 'run'>;
  readonly flush: Pick<FlushVault, 'run'>;
  readonly checkpoints: Pick<WriteCheckpoint, 'demand'>;
  readonly log: Log;
  /** Network bytes a second that compaction may use. */
  readonly bytesPerSecond: number;
}

/** What one run achieved. */
export interface CompactionReport {
  readonly rewrittenStripes: number;
  readonly movedBytes: number;
  readonly releasedStripes: number;
  /** Stripes that could not be read, and stay for a later run. */
  readonly unreadable: readonly string[];
  /** Whether it ended for want of room: it never opens a lease or lets one grow. */
  readonly short: boolean;
}

interface Batch {
  readonly geometry: Geometry;
  readonly pieces: readonly LivePiece[];
  readonly stripes: number;
  readonly movedBytes: number;
  readonly readBytes: number;
}

/**
 * Rewrites stripes of whose bytes less than half live (protocol section 13): copies what lives, as ciphertext and so
 * without a key, into new stripes by an ordinary flush, and lets the flush after that give the old ones up. Knows nothing
 * but the catalog, so that it may be stopped anywhere: until the commit the old stripes count, afterwards the new ones.
 */
export class CompactStripes {
  readonly #means: CompactionMeans;
  #running: Promise<CompactionReport> | undefined;

  constructor(means: CompactionMeans) {
    this.#means = means;
  }

  /** Who asks while a run is under way gets that one's report; only the first caller's signal ends it. */
  run(signal?: AbortSignal): Promise<CompactionReport> {
    this.#running ??= this.#run(signal).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(signal?: AbortSignal): Promise<CompactionReport> {
    const unreadable = new Set<string>();
    const first = await this.#compact(unreadable, signal);
    const freed = !first.short && this.#worthCheckpoint();
    if (freed) {
      this.#means.checkpoints.demand();
      await this.#flush(noBytes);
    }
    const then = freed ? await this.#compact(unreadable, signal) : nothing;
    const report = {
      rewrittenStripes: first.rewrittenStripes + then.rewrittenStripes,
      movedBytes: first.movedBytes + then.movedBytes,
      releasedStripes: await this.#release(signal),
      unreadable: [...unreadable],
      short: first.short || then.short,
    };
    if (report.rewrittenStripes > 0 || report.releasedStripes > 0)
      this.#means.log.info('stripes compacted', { ...report, unreadable: report.unreadable.length });
    return report;
  }

  async #compact(unreadable: Set<string>, signal?: AbortSignal): Promise<typeof nothing> {
    const { clock } = this.#means.vault.means;
    let done = nothing;
    for (;;) {
      signal?.throwIfAborted();
      const started = clock.now();
      const batch = await this.#gather(unreadable, signal);
      if (batch.pieces.length === 0) return done;
      if (!this.#hasRoom(batch)) {
        this.#means.log.warn('no room to compact', { bytes: batch.movedBytes });
        return { ...done, short: true };
      }
      await this.#flush(batch);
      done = {
        rewrittenStripes: done.rewrittenStripes + batch.stripes,
        movedBytes: done.movedBytes + batch.movedBytes,
        short: false,
      };
      await this.#pace(batch, started, signal);
    }
  }

  /** What lives in sparse stripes of one geometry, as much as one flush takes. */
  async #gather(unreadable: Set<string>, signal?: AbortSignal): Promise<Batch> {
    const pieces: LivePiece[] = [];
    let geometry: Geometry | undefined;
    const sum = { stripes: 0, movedBytes: 0, readBytes: 0 };
    for (const stripe of this.#means.vault.means.catalog.sparseStripes()) {
      if (unreadable.has(stripe.stripeId)) continue;
      geometry ??= geometryOf(stripe);
      if (geometryName(geometry) !== geometryName(stripe)) continue;
      if (sum.movedBytes >= batchBytes || pieces.length >= batchPieces) break;
      const found = await this.#livePieces(stripe, batchPieces - pieces.length, signal);
      if (found === undefined) unreadable.add(stripe.stripeId);
      pieces.push(...(found ?? []));
      sum.stripes += found === undefined ? 0 : 1;
      sum.movedBytes += (found ?? []).reduce((bytes, piece) => bytes + piece.bytes.length, 0);
      sum.readBytes += stripe.dataShards * stripe.shardSize;
    }
    return { geometry: geometry ?? anyGeometry, pieces, ...sum };
  }

  /** Undefined for a stripe that can't be read now: the others must not wait for it. */
  async #livePieces(
    stripe: Stripe,
    most: number,
    signal?: AbortSignal,
  ): Promise<readonly LivePiece[] | undefined> {
    const { stripeId, length } = stripe;
    try {
      const whole = Buffer.concat(await this.#means.read.run({ stripeId, offset: 0, length }, signal));
      return this.#extentsIn(stripeId)
        .slice(0, most)
        .map(({ versionId, extent }) => {
          const bytes = whole.subarray(extent.offset, extent.offset + extent.length);
          return { versionId, extent, bytes };
        });
    } catch (error) {
      signal?.throwIfAborted();
      this.#means.log.warn('stripe not compacted', { stripeId, error });
      return undefined;
    }
  }

  #extentsIn(stripeId: string): { readonly versionId: string; readonly extent: Extent }[] {
    const { catalog } = this.#means.vault.means;
    return catalog
      .versionsIn(stripeId)
      .flatMap((versionId) =>
        (catalog.version(versionId)?.streams ?? [])
          .flatMap(({ extents }) => extents)
          .filter((extent) => extent.stripeId === stripeId)
          .map((extent) => ({ versionId, extent })),
      )
      .sort((one, other) => one.extent.offset - other.extent.offset);
  }

  /** Whether new stripes find a place beside the old ones, in the leases that there are. */
  #hasRoom({ geometry, movedBytes }: Batch): boolean {
    const { vault } = this.#means;
    const stripes = Math.ceil(movedBytes / (geometry.dataShards << 20)) + 1;
    const seed = Buffer.alloc(16);
    const shardSizeBytes = stripes << 20;
    return place({ disks: vault.candidates(), geometry, seed, shardSizeBytes }).kind === 'placement';
  }

  async #flush({ geometry, pieces }: Pick<Batch, 'geometry' | 'pieces'>): Promise<void> {
    await this.#means.flush.run({ kind: 'compact', geometry, pieces });
  }

  async #pace(
    { movedBytes, readBytes, geometry }: Batch,
    started: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#means.vault.means;
    const written = movedBytes * (1 + geometry.parityShards / geometry.dataShards);
    const left = started + ((readBytes + written) / this.#means.bytesPerSecond) * 1000 - clock.now();
    if (left > 0) await clock.sleep(left, signal);
  }

  /** Whether entries keep so much dead ciphertext that stating the catalog anew costs less. */
  #worthCheckpoint(): boolean {
    const { catalog } = this.#means.vault.means;
    const { checkpoint, entryBytes } = catalog.entryChain();
    const restated =
      entryBytes + (checkpoint?.catalog.sealedBytes ?? 0) + (checkpoint?.structure.sealedBytes ?? 0);
    return catalog.wasteUnderEntries() >= Math.max(leastWaste, 2 * restated);
  }

  /** Flushes as long as each gives dead stripes up; those on disks that don't answer stay. */
  async #release(signal?: AbortSignal): Promise<number> {
    const { catalog } = this.#means.vault.means;
    const first = count(catalog.deadStripes());
    for (let left = first, before = Infinity; left > 0 && left < before;) {
      signal?.throwIfAborted();
      await this.#flush(noBytes);
      before = left;
      left = count(catalog.deadStripes());
    }
    return first - count(catalog.deadStripes());
  }
}

const nothing = { rewrittenStripes: 0, movedBytes: 0, short: false };

/** Of a change that brings no bytes. */
const anyGeometry: Geometry = { dataShards: 1, parityShards: 0 };
const noBytes = { geometry: anyGeometry, pieces: [] };

function geometryOf({ dataShards, parityShards }: Geometry): Geometry {
  return { dataShards, parityShards };
}

function count(items: Iterable<unknown>): number {
  return [...items].length;
}

import { Refusal } from '@dstore/chaincode/domain';
import type { Stripe } from '../core/delta.js';
import type { Geometry } from '../core/geometry.js';
import { backRevisions, encodeHead, headDigest, locatorAfter } from '../core/head.js';
import { Denial, Fault, isOutcomeUnknown } from '../ports/fault.js';
import type { Log } from '../ports/log.js';
import type { BuildFlush, BuiltFlush } from './build-flush.js';
import { CatchUp } from './catch-up.js';
import { CollectReceipts, Unsigned } from './collect-receipts.js';
import { RefillStripes } from './refill-stripes.js';
import { sortChanges, type SortedChanges } from './sort-changes.js';
import {
  giveUpStripes,
  type LeaseOpening,
  releaseStripe,
  type StoreStripe,
  writeQuorum,
} from './store-stripe.js';
import { tailsOf } from './tails.js';
import type { Vault } from './vault.js';
import type { Flushed, VaultChange } from './vault-change.js';

interface Item {
  readonly change: VaultChange;
  readonly resolve: (flushed: Flushed) => void;
  readonly reject: (reason: unknown) => void;
}

/** Bounds of one flush: changes, and bytes of tails held in memory. */
const mostChanges = 4000;
const mostTailBytes = 256 << 20;
/** How long after a flush the next one may wait for as many changes as were there, as a part of what the flush took. */
const gathering = 1;
/** Each attempt gives up at least one disk or looks at the ledger anew. */
const mostAttempts = 6;
/** Times that a flush is worked out anew because another gateway's was first. */
const mostRounds = 5;
/** Refusals that a fresh look at the ledger may cure; a lease just opened is unknown to a peer that is behind. */
const curable = [
  'lease-unknown',
  'lease-not-active',
  'receipt-lapsed',
  'lease-full',
  'receipt-invalid',
  'revision-skipped',
];

/**
 * Makes changes valid, many at once: one flush is in flight, what arrives meanwhile goes into the next (group commit).
 * A flush stores packed tails and entries, collects receipts, commits once, writes the catalog, then answers. A disk
 * that fails is left out, what it held stored elsewhere, and the flush built anew; an unknown outcome is settled by asking the ledger.
 */
export class FlushVault {
  readonly #vault: Vault;
  readonly #build: Pick<BuildFlush, 'run'>;
  readonly #store: Pick<StoreStripe, 'addShards'>;
  readonly #receipts: CollectReceipts;
  readonly #leases: LeaseOpening;
  readonly #entryGeometry: () => Promise<Geometry>;
  readonly #log: Log;
  readonly #pause: (() => Promise<void>) | undefined;
  readonly #catchUp: Pick<CatchUp, 'run'>;
  #queue: Item[] = [];
  /** How many changes the last flush took or left waiting, and when it is worth waiting for as many. */
  #crowd = { size: 0, since: 0, until: 0 };
  #running: Promise<void> | undefined;
  /** Whether the ledger may be ahead of the catalog. */
  #unsettled = false;

  constructor(means: {
    readonly vault: Vault;
    readonly build: Pick<BuildFlush, 'run'>;
    readonly store: Pick<StoreStripe, 'addShards'>;
    readonly leases: LeaseOpening;
    /** The geometry of the stripes that entries lie in. */
    readonly entryGeometry: () => Promise<Geometry>;
    readonly log: Log;
    /** A few milliseconds' wait; without it a flush takes what is there. */
    readonly pause?: () => Promise<void>;
  }) {
    this.#vault = means.vault;
    this.#build = means.build;
    this.#store = means.store;
    this.#receipts = new CollectReceipts(means.vault, means.log);
    this.#leases = means.leases;
    this.#entryGeometry = means.entryGeometry;
    this.#log = means.log;
    this.#pause = means.pause;
    this.#catchUp = new CatchUp(means.vault.means);
  }

  /** Resolves when the change is valid on the ledger and in the catalog; rejects when nothing of it will ever be. */
  run(change: VaultChange): Promise<Flushed> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ change, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Resolves when nothing is in flight. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #drain(): Promise<void> {
    const { clock } = this.#vault.means;
    while (this.#queue.length > 0) {
      await this.#gather();
      const batch = this.#take();
      const began = clock.now();
      await this.#flush(batch).catch((error: unknown) => {
        for (const item of batch) this.#refuse(item, error);
      });
      const now = clock.now();
      this.#crowd = {
        size: batch.length + this.#queue.length,
        since: now,
        until: now + (now - began) * gathering,
      };
    }
    // In the same breath as the last look at the queue: whoever comes a moment later must find nobody running.
    this.#running = undefined;
  }

  /** Waits a while for those to come back who were just answered: a flush costs much the same for few and for many. */
  async #gather(): Promise<void> {
    const { size, since, until } = this.#crowd;
    const isAwaited = () => {
      const now = this.#vault.means.clock.now();
      // A clock that was set back shows a time before.
      return this.#queue.length < size && now >= since && now < until;
    };
    while (this.#pause !== undefined && isAwaited()) await this.#pause();
  }

  #take(): Item[] {
    let bytes = 0;
    const count = this.#queue.findIndex((item, index) => {
      bytes += tailBytes(item.change);
      return index >= mostChanges || (index > 0 && bytes > mostTailBytes);
    });
    return this.#queue.splice(0, count < 0 ? this.#queue.length : count);
  }

  /** Stripes of a put whose commit may yet turn out valid stay where they are. */
  #refuse(item: Item, reason: unknown): void {
    const { change } = item;
    if (change.kind === 'put') {
      if (isOutcomeUnknown(reason)) for (const stripe of change.stripes) releaseStripe(this.#vault, stripe);
      else void giveUpStripes(this.#vault, change.stripes);
    }
    item.reject(reason);
  }

  async #flush(batch: readonly Item[]): Promise<void> {
    let items = batch;
    for (let round = 1; ; round += 1) {
      if (this.#unsettled) await this.#rebase();
      const sorted = sortChanges(items, this.#vault.means.catalog);
      for (const [item, denial] of sorted.denied) this.#refuse(item, denial);
      this.#queue.unshift(...sorted.later);
      if (sorted.accepted.length === 0) return;
      try {
        return await this.#attempts(sorted);
      } catch (error) {
        if (error instanceof Doomed) {
          for (const item of error.items) this.#refuse(item, error.denial);
          items = sorted.accepted.filter((item) => !error.items.includes(item));
          continue;
        }
        this.#unsettled = isOutcomeUnknown(error) || isStale(error);
        if (!isStale(error) || round === mostRounds) {
          for (const item of sorted.accepted) this.#refuse(item, error);
          return;
        }
        this.#log.warn('another flush was first', { round });
        items = sorted.accepted;
      }
    }
  }

  /** Takes over what others committed, or what was committed without our knowing. */
  async #rebase(): Promise<void> {
    this.#vault.head = await this.#catchUp.run();
    this.#vault.reload();
    await this.#vault.refresh();
    this.#unsettled = false;
  }

  async #attempts(sorted: SortedChanges<Item>): Promise<void> {
    const refill = new RefillStripes(this.#vault, this.#store);
    try {
      await this.#attemptUntilValid(sorted, refill);
      refill.release();
    } catch (error) {
      if (isOutcomeUnknown(error)) refill.release();
      else await refill.giveUp();
      throw error;
    }
  }

  async #attemptUntilValid(sorted: SortedChanges<Item>, refill: RefillStripes): Promise<void> {
    const geometry = await this.#entryGeometry();
    const reachable = (stripe: Stripe) => this.#reachable(refill.filled(stripe)) ?? stripe;
    for (let attempt = 1; ; attempt += 1) {
      this.#insistReachable(sorted, refill);
      await refill.run(sorted.puts.flatMap(([, put]) => put.stripes.map(reachable)));
      const built = await this.#build.run(sorted, (put) => put.stripes.map(reachable), geometry);
      const outcome = await this.#commit(built, geometry).catch((error: unknown) => error);
      if (isSettled(outcome)) {
        this.#finish(sorted, built, outcome);
        return;
      }
      await this.#giveUp(built, outcome);
      if (attempt >= mostAttempts || !worthAnother(outcome)) throw outcome;
      this.#log.warn('flush is built anew', { attempt, error: outcome });
      await this.#leases.run({ geometry, shardSizeBytes: 1 << 20 });
    }
  }

  async #giveUp({ ownStripes }: BuiltFlush, outcome: unknown): Promise<void> {
    if (isOutcomeUnknown(outcome)) for (const stripe of ownStripes) releaseStripe(this.#vault, stripe);
    else await giveUpStripes(this.#vault, ownStripes);
  }

  /** Takes puts out of the batch that lost too many disks since their stripes were stored. */
  #insistReachable({ puts }: SortedChanges<Item>, refill: RefillStripes): void {
    const isGone = (stripe: Stripe) => this.#reachable(refill.filled(stripe)) === undefined;
    const doomed = puts.filter(([, put]) => put.stripes.some(isGone));
    if (doomed.length > 0) throw new Doomed(doomed.map(([item]) => item));
  }

  /** A put's stripe without the shards on disks that fail now; undefined when too few are left. */
  #reachable(stripe: Stripe): Stripe | undefined {
    const shards = stripe.shards.filter(
      (shard) => !this.#vault.isFailing(shard.diskId) && this.#vault.isActive(shard.leaseId),
    );
    if (shards.length === stripe.shards.length) return stripe;
    return shards.length >= writeQuorum(stripe) ? { ...stripe, shards } : undefined;
  }

  async #commit(built: BuiltFlush, geometry: Geometry): Promise<Settled> {
    const { ledger, catalog, vaultId } = this.#vault.means;
    const [epoch, params] = await Promise.all([ledger.read('epoch'), ledger.read('params')]);
    const lastEpoch = (epoch?.number ?? 0n) + (params?.params.receiptEpochs ?? 1n);
    const contents = await this.#receipts.run(built.commits, lastEpoch, geometry);
    const head = this.#head(built);
    const expectedRevision = catalog.revision();
    catalog.remember({ revision: expectedRevision + 1n, headDigest: headDigest(head), flush: built.flush });
    try {
      const { txId } = await ledger.submit('VaultContract:Commit', {
        vaultId,
        expectedRevision,
        head: head.toString('base64'),
        contents,
      });
      return { txId, head };
    } catch (error) {
      return await this.#settle(error, expectedRevision, head);
    }
  }

  #head({ flush }: BuiltFlush): Buffer {
    const { catalog } = this.#vault.means;
    const { moves, checkpoint } = flush.structure;
    const now = (revision: bigint) => {
      const locator = catalog.locator(revision);
      return locator === undefined ? [] : [locatorAfter(locator, moves)];
    };
    const [restated] = checkpoint === undefined ? now(catalog.entryChain().revision) : [];
    const { head } = this.#vault;
    return encodeHead({
      last: flush.locator,
      back: backRevisions(flush.locator.revision).flatMap(now),
      ...(restated === undefined ? {} : { checkpoint: restated }),
      ...(head.length === 0 ? {} : { previous: headDigest(head) }),
    });
  }

  /** Whatever the submission said: the vault's row tells whether the commit is valid. */
  async #settle(error: unknown, expectedRevision: bigint, head: Buffer): Promise<Settled> {
    if (!isOutcomeUnknown(error) && !isStale(error)) throw error;
    const vault = await this.#vault.means.ledger.read('vault', this.#vault.means.vaultId);
    if (vault?.revision === expectedRevision + 1n && vault.head === head.toString('base64'))
      return { txId: '', head };
    throw error;
  }

  #finish(sorted: SortedChanges<Item>, built: BuiltFlush, { txId, head }: Settled): void {
    const { catalog } = this.#vault.means;
    catalog.apply(built.flush);
    this.#vault.head = head;
    for (const leaseId of built.droppedLeases) this.#vault.layouts.delete(leaseId);
    for (const { layout } of built.commits) this.#vault.layouts.set(layout.leaseId, layout);
    for (const stripe of built.ownStripes) releaseStripe(this.#vault, stripe);
    for (const item of sorted.accepted) this.#answer(item, sorted, built, txId);
  }

  #answer(item: Item, sorted: SortedChanges<Item>, built: BuiltFlush, txId: string): void {
    const { change } = item;
    const own = change.kind === 'put' ? change.stripes : [];
    for (const stripe of own) releaseStripe(this.#vault, stripe);
    const ids = change.kind === 'put' ? stripesOf(built, change.version.versionId) : new Set<string>();
    const stripes = [...built.flush.structure.stripes, ...built.flush.locator.stripes].filter((stripe) =>
      ids.has(stripe.stripeId),
    );
    item.resolve({
      txId,
      revision: built.flush.catalog.revision,
      replaced: sorted.replaced.get(item),
      stripes,
    });
  }
}

interface Settled {
  readonly txId: string;
  readonly head: Buffer;
}

/** Puts that can't be committed any more, unlike the others of their batch. */
class Doomed extends Error {
  readonly denial = new Denial('too-few-disks', 'too many disks failed before the commit');
  readonly items: readonly Item[];

  constructor(items: readonly Item[]) {
    super(`${items.length} puts lost too many disks`);
    this.name = 'Doomed';
    this.items = items;
  }
}

function isSettled(outcome: unknown): outcome is Settled {
  return typeof outcome === 'object' && outcome !== null && 'head' in outcome;
}

function isStale(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'revision-stale';
}

function worthAnother(error: unknown): boolean {
  if (error instanceof Unsigned) return true;
  if (error instanceof Refusal) return curable.includes(error.code);
  return error instanceof Fault && error.retryable;
}

function tailBytes(change: VaultChange): number {
  const tails = change.kind === 'put' || change.kind === 'compact' ? tailsOf(change) : [];
  return tails.reduce((sum, tail) => sum + tail.length, 0);
}

function stripesOf(built: BuiltFlush, versionId: string): Set<string> {
  const version = built.flush.catalog.versions.find((one) => one.versionId === versionId);
  return new Set(version?.streams.flatMap((stream) => stream.extents.map((extent) => extent.stripeId)) ?? []);
}

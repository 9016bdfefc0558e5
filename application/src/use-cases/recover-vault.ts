import type { Row } from '@dstore/chaincode/domain';
import type { Flush, Locator, StructureDelta } from '../core/delta.js';
import { decodeHead } from '../core/head.js';
import { LeaseLayout } from '../core/lease-layout.js';
import type { Losses } from '../ports/catalog.js';
import { Fault } from '../ports/fault.js';
import { GatherVectors } from './gather-vectors.js';
import { ReadEntry } from './read-entry.js';
import type { VaultMeans } from './vault.js';

/** What a recovery brought back. */
export interface Recovered {
  readonly revision: bigint;
  /** Revision of the flush whose checkpoint was taken over, undefined when entries sufficed. */
  readonly checkpoint: bigint | undefined;
  readonly entries: number;
  /** Leases whose rebuilt vector was checked against the ledger. */
  readonly leasesChecked: number;
  /** What could not be had again; undefined when nothing is missing. */
  readonly lost: Lost | undefined;
}

/** Flushes whose entries can't be read, and what went with them. What they deleted or overwrote may be there again. */
export interface Lost extends Losses {
  readonly revisions: readonly bigint[];
}

/** The way from what the catalog has to what the ledger says. */
interface Trail {
  /** Entries that can be read, oldest first. */
  readonly locators: readonly Locator[];
  /** Revision of the flush whose checkpoint was taken over. */
  readonly checkpoint: bigint | undefined;
  /** Revisions that no readable entry tells of. */
  readonly missing: readonly bigint[];
}

type Means = Pick<VaultMeans, 'vaultId' | 'ledger' | 'doors' | 'catalog' | 'keyring'>;

/**
 * Rebuilds a lost or outdated catalog from the master key and the ledger: head, then entry before entry down to what the
 * catalog has, to the first, or to the one that carries the newest checkpoint; that is taken over, then entries are
 * applied in order. Holds one entry and a locator of each. Interrupted, it goes on where it was. Every lease's vector must
 * have the root that the ledger holds.
 *
 * Where an entry can't be read, what the one after it or the head names leads round it. Then nothing is decided for the owner: the
 * recovery stops and says what is missing. Only where loss is accepted it goes on without, takes vectors from the
 * providers, and says what is gone.
 */
export class RecoverVault {
  readonly #means: Means;
  readonly #acceptLoss: boolean;

  constructor(means: Means, acceptLoss = false) {
    this.#means = means;
    this.#acceptLoss = acceptLoss;
  }

  /** Faults: `not-ready` without a vault on the ledger or with a root that differs, `shards-unreachable`, and SealBroken for a wrong key. */
  async run(): Promise<Recovered> {
    const { ledger, vaultId } = this.#means;
    const row = await ledger.read('vault', vaultId);
    if (row === undefined)
      throw new Fault('not-ready', `the ledger knows no vault ${vaultId}`, { retryable: false });
    const read = new ReadEntry(this.#means);
    const trail = await this.#trail(row, read);
    if (trail.missing.length > 0 && !this.#acceptLoss) throw unreadable(trail, row.revision);
    const lost = await this.#apply(trail, row.revision, read);
    return {
      revision: row.revision,
      checkpoint: trail.checkpoint,
      entries: trail.locators.length,
      leasesChecked: await this.#check(),
      lost,
    };
  }

  /** Walks from the newest entry to older ones; where one can't be read, on from the next that is named anywhere. */
  async #trail(row: Row<'vault'>, read: ReadEntry): Promise<Trail> {
    const have = this.#means.catalog.revision();
    const locators: Locator[] = [];
    const ways = row.revision === have ? [] : waysOf(row);
    let locator = nextWay(ways, row.revision);
    while (locator !== undefined && locator.revision > have) {
      const structure = await this.#structure(locator, read);
      if (structure !== undefined) {
        read.noteMoves(structure.moves);
        locators.unshift(locator);
        if (structure.beforePrevious !== undefined) ways.push(structure.beforePrevious);
        if (have < locator.revision - 1n && (await this.#restored(locator, structure, read)))
          return trailOf(locators, locator.revision - 1n, row.revision, locator.revision);
      }
      const before = structure === undefined ? locator.revision : locator.revision - 1n;
      locator = structure?.previous ?? nextWay(ways, before);
    }
    return trailOf(locators, have, row.revision, undefined);
  }

  /** The structure of an entry of which both halves can be read. */
  async #structure(locator: Locator, read: ReadEntry): Promise<StructureDelta | undefined> {
    return unlessUnreachable(async () => {
      const structure = await read.structure(locator);
      await read.catalog(locator);
      return structure;
    });
  }

  /** Whether the entry carries a checkpoint that could be taken over. */
  async #restored(
    locator: Locator,
    { checkpoint, stripes }: StructureDelta,
    read: ReadEntry,
  ): Promise<boolean> {
    if (checkpoint === undefined) return false;
    const parts = read.parts(locator, checkpoint, stripes);
    const restored = await unlessUnreachable(async () => {
      await this.#means.catalog.restore(locator.revision - 1n, parts);
      return true;
    });
    return restored ?? false;
  }

  /** Entries up to the first that is missing follow on one another; of the others what they say is taken over. */
  async #apply({ locators, missing }: Trail, revision: bigint, read: ReadEntry): Promise<Lost | undefined> {
    const { catalog } = this.#means;
    const [gap = revision + 1n] = missing;
    const later: Flush[] = [];
    for (const locator of locators) {
      const [structure, half] = [await read.structure(locator), await read.catalog(locator)];
      const flush = { catalog: half, structure, locator };
      if (locator.revision < gap) catalog.apply(flush);
      else later.push(flush);
    }
    if (missing.length === 0) return undefined;
    const vectors = await new GatherVectors(this.#means).run();
    return { revisions: missing, ...catalog.salvage(revision, later, vectors) };
  }

  async #check(): Promise<number> {
    const { ledger, catalog } = this.#means;
    let checked = 0;
    for (const { leaseId, diskId, revision, shards } of catalog.mirrors()) {
      const lease = await ledger.read('lease', leaseId);
      const tip = await ledger.read('tip', leaseId);
      if (lease?.state !== 'active' || tip === undefined) continue;
      const content = await ledger.read('content', leaseId, tip.epoch.toString());
      const { vector } = new LeaseLayout(leaseId, diskId, revision, shards);
      if (content?.root !== vector.root)
        throw new Fault('not-ready', `lease ${leaseId} has another root on the ledger`, { retryable: false });
      checked += 1;
    }
    return checked;
  }
}

/** All that the head names. */
function waysOf(row: Row<'vault'>): Locator[] {
  const { last, back, checkpoint } = decodeHead(Buffer.from(row.head, 'base64'));
  return [last, ...back, ...(checkpoint === undefined ? [] : [checkpoint])];
}

/** Takes the way to the newest revision that is no newer than this, and drops those to newer ones. */
function nextWay(ways: Locator[], revision: bigint): Locator | undefined {
  const left = ways.filter((way) => way.revision <= revision);
  left.sort((a, b) => (a.revision > b.revision ? -1 : 1));
  const next = left.shift();
  ways.splice(0, ways.length, ...left);
  return next;
}

function trailOf(
  locators: readonly Locator[],
  base: bigint,
  revision: bigint,
  checkpoint: bigint | undefined,
): Trail {
  const read = new Set(locators.map((locator) => locator.revision));
  const missing: bigint[] = [];
  for (let at = base + 1n; at <= revision; at += 1n) if (!read.has(at)) missing.push(at);
  return { locators, checkpoint, missing };
}

async function unlessUnreachable<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Fault && error.code === 'shards-unreachable') return undefined;
    throw error;
  }
}

function unreadable({ missing, locators }: Trail, revision: bigint): Fault {
  const message =
    `flushes ${missing.slice(0, 20).join(', ')}${missing.length > 20 ? ' …' : ''} of ${revision} can't be read: too few ` +
    `of their shards can be had. ${locators.length} others can. Bring their disks back, or accept the loss`;
  return new Fault('shards-unreachable', message, { retryable: true });
}

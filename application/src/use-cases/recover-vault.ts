import { offerIn, type Row } from '@dstore/chaincode/domain';
import type { Flush, Locator, Stripe } from '../core/delta.js';
import { decodeCatalogEntry, decodeStructureEntry, type EntryKind, openEntry } from '../core/entry.js';
import { reconstruct } from '../core/erasure.js';
import { decodeHead } from '../core/head.js';
import { entryKey } from '../core/keys.js';
import { LeaseLayout } from '../core/lease-layout.js';
import { shardDigest } from '../core/shard.js';
import { shardRuns } from '../core/stripe.js';
import { Fault } from '../ports/fault.js';
import type { VaultMeans } from './vault.js';

/** What a recovery brought back. */
export interface Recovered {
  readonly revision: bigint;
  readonly entries: number;
  /** Leases whose rebuilt vector was checked against the ledger. */
  readonly leasesChecked: number;
}

/**
 * Rebuilds a lost catalog from the master key and the ledger: head, then entry before entry down to the first (or to
 * what the catalog has), then all applied in order. Every lease's vector must have the root that the ledger holds.
 */
export class RecoverVault {
  readonly #means: Pick<VaultMeans, 'vaultId' | 'ledger' | 'doors' | 'catalog' | 'keyring'>;

  constructor(means: Pick<VaultMeans, 'vaultId' | 'ledger' | 'doors' | 'catalog' | 'keyring'>) {
    this.#means = means;
  }

  /** Faults: `not-ready` without a vault on the ledger or with a root that differs, `shards-unreachable`, and SealBroken for a wrong key. */
  async run(): Promise<Recovered> {
    const { ledger, catalog, vaultId } = this.#means;
    const row = await ledger.read('vault', vaultId);
    if (row === undefined)
      throw new Fault('not-ready', `the ledger knows no vault ${vaultId}`, { retryable: false });
    const flushes = await this.#walk(row);
    for (const flush of flushes) catalog.apply(flush);
    return { revision: row.revision, entries: flushes.length, leasesChecked: await this.#check() };
  }

  /** Flushes that the catalog lacks, oldest first. */
  async #walk(row: Row<'vault'>): Promise<Flush[]> {
    const flushes: Flush[] = [];
    const have = this.#means.catalog.revision();
    let locator: Locator | undefined =
      row.revision === have ? undefined : decodeHead(Buffer.from(row.head, 'base64')).last;
    while (locator !== undefined && locator.revision > have) {
      const flush: Flush = await this.#read(locator);
      flushes.unshift(flush);
      locator = flush.structure.previous;
    }
    return flushes;
  }

  async #read(locator: Locator): Promise<Flush> {
    const catalog = decodeCatalogEntry(await this.#entry('catalog', locator));
    const structure = decodeStructureEntry(await this.#entry('structure', locator));
    return { catalog, structure, locator };
  }

  async #entry(kind: EntryKind, locator: Locator): Promise<Buffer> {
    const { keyring, vaultId } = this.#means;
    const generation = Number(locator.generation);
    const key = kind === 'catalog' ? keyring.catalogKey(generation) : keyring.structureKey(generation);
    const pieces: Buffer[] = [];
    for (const { stripeId, offset, length } of locator[kind].extents) {
      const stripe = locator.stripes.find((one) => one.stripeId === stripeId);
      if (stripe === undefined)
        throw new Fault('not-ready', 'an entry lies in a stripe that nothing describes', {
          retryable: false,
        });
      const data = await this.#stripe(stripe);
      for (const run of shardRuns(offset, length, stripe.shardSize))
        pieces.push((data[run.index] as Buffer).subarray(run.start, run.end));
    }
    return openEntry(
      Buffer.concat(pieces),
      entryKey(key, kind, locator.revision),
      vaultId,
      kind,
      locator.revision,
    );
  }

  /** All data shards of a stripe, from any k whose digests fit. */
  async #stripe(stripe: Stripe): Promise<Buffer[]> {
    const got: (Buffer | undefined)[] = [];
    for (const shard of stripe.shards) {
      if (got.filter((bytes) => bytes !== undefined).length === stripe.dataShards) break;
      got[shard.index] = await this.#shard(shard.diskId, shard.digest, stripe.shardSize);
    }
    const found = got.filter((bytes) => bytes !== undefined).length;
    if (found < stripe.dataShards)
      throw new Fault(
        'shards-unreachable',
        `${found} of ${stripe.dataShards} shards of an entry can be had`,
        { retryable: true },
      );
    const all = Array.from({ length: stripe.dataShards + stripe.parityShards }, (_, index) => got[index]);
    const missing = Array.from({ length: stripe.dataShards }, (_, index) => index).filter(
      (index) => all[index] === undefined,
    );
    const rebuilt = reconstruct(all, stripe.dataShards, stripe.parityShards, missing);
    for (const [at, index] of missing.entries()) all[index] = rebuilt[at];
    return all.slice(0, stripe.dataShards) as Buffer[];
  }

  async #shard(diskId: string, digest: string, size: number): Promise<Buffer | undefined> {
    const { ledger, doors } = this.#means;
    const [disk, epoch] = await Promise.all([ledger.read('disk', diskId), ledger.read('epoch')]);
    if (disk === undefined) return undefined;
    const bytes = await doors
      .at(offerIn(disk, epoch?.number ?? 0n).door)
      .getShard(digest, size)
      .catch(() => undefined);
    return bytes !== undefined && bytes.length === size && shardDigest(bytes) === digest ? bytes : undefined;
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

import type { Row } from '@dstore/chaincode/domain';
import type { Checkpoint, Locator, Stripe } from '../core/delta.js';
import { decodeHead } from '../core/head.js';
import { LeaseLayout } from '../core/lease-layout.js';
import { Fault } from '../ports/fault.js';
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
}

/** The way from what the catalog has to what the ledger says. */
interface Trail {
  /** Entries to apply, oldest first. */
  readonly locators: readonly Locator[];
  /** The checkpoint that the oldest of them carries, where the catalog is older than that. */
  readonly start: { readonly checkpoint: Checkpoint; readonly stripes: readonly Stripe[] } | undefined;
}

/**
 * Rebuilds a lost or outdated catalog from the master key and the ledger: head, then entry before entry down to what the
 * catalog has, to the first, or to the one that carries the newest checkpoint; that is taken over, then entries are
 * applied in order. Holds one entry and a locator of each. Interrupted, it goes on where it was. Every lease's vector must
 * have the root that the ledger holds.
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
    const read = new ReadEntry(this.#means);
    const { locators, start } = await this.#trail(row, read);
    const [first] = locators;
    if (start !== undefined && first !== undefined)
      await catalog.restore(first.revision - 1n, read.parts(first, start.checkpoint, start.stripes));
    for (const locator of locators) {
      const [structure, half] = [await read.structure(locator), await read.catalog(locator)];
      catalog.apply({ catalog: half, structure, locator });
    }
    return {
      revision: row.revision,
      checkpoint: start === undefined ? undefined : first?.revision,
      entries: locators.length,
      leasesChecked: await this.#check(),
    };
  }

  async #trail(row: Row<'vault'>, read: ReadEntry): Promise<Trail> {
    const locators: Locator[] = [];
    const have = this.#means.catalog.revision();
    let locator: Locator | undefined =
      row.revision === have ? undefined : decodeHead(Buffer.from(row.head, 'base64')).last;
    while (locator !== undefined && locator.revision > have) {
      const { moves, checkpoint, stripes, previous } = await read.structure(locator);
      read.noteMoves(moves);
      locators.unshift(locator);
      if (checkpoint !== undefined && have < locator.revision - 1n)
        return { locators, start: { checkpoint, stripes } };
      locator = previous;
    }
    return { locators, start: undefined };
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

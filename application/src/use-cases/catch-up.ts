import { headDigest } from '../core/head.js';
import { Fault } from '../ports/fault.js';
import { RecoverVault } from './recover-vault.js';
import type { VaultMeans } from './vault.js';

/**
 * Brings a catalog to where the ledger is: a flush that turned out valid is applied from what was remembered of it, what
 * another gateway committed is read from its entries. Answers the vault's head. Fault `not-ready` when the catalog is
 * ahead of the ledger: they are not of one vault.
 */
export class CatchUp {
  readonly #means: VaultMeans;

  constructor(means: VaultMeans) {
    this.#means = means;
  }

  async run(): Promise<Buffer> {
    const { ledger, catalog, vaultId } = this.#means;
    const row = await ledger.read('vault', vaultId);
    if (row === undefined)
      throw new Fault('not-ready', `the ledger knows no vault ${vaultId}`, { retryable: false });
    const head = Buffer.from(row.head, 'base64');
    const intent = catalog.intent();
    const landed = intent?.revision === row.revision && intent.headDigest === headDigest(head);
    if (intent !== undefined && landed && catalog.revision() + 1n === row.revision)
      catalog.apply(intent.flush);
    if (catalog.revision() < row.revision) await new RecoverVault(this.#means).run();
    catalog.forgetIntent();
    if (catalog.revision() > row.revision) {
      const message = `the catalog is at revision ${catalog.revision()}, the ledger at ${row.revision}`;
      throw new Fault('not-ready', message, { retryable: false });
    }
    return head;
  }
}

import { Refusal } from '@dstore/chaincode/domain';
import { headDigest } from '../core/head.js';
import { Fault } from '../ports/fault.js';
import { Vault, type VaultMeans } from './vault.js';

/** Makes the vault on the ledger if it is not there, and opens it with a catalog that is as new as the ledger. */
export class OpenVault {
  readonly #means: VaultMeans;

  constructor(means: VaultMeans) {
    this.#means = means;
  }

  /**
   * A flush that was committed before a crash kept it from the catalog is applied now; one that never was valid is
   * forgotten. Fault `not-ready` when the catalog is older than that: it must be recovered from the entries.
   */
  async run(): Promise<Vault> {
    const { ledger, catalog, vaultId } = this.#means;
    const row = (await ledger.read('vault', vaultId)) ?? (await this.#create());
    const head = Buffer.from(row.head, 'base64');
    const intent = catalog.intent();
    if (intent !== undefined) {
      const valid = intent.revision === row.revision && intent.headDigest === headDigest(head);
      if (valid && catalog.revision() + 1n === row.revision) catalog.apply(intent.flush);
      else catalog.forgetIntent();
    }
    if (catalog.revision() !== row.revision) {
      const message = `the catalog is at revision ${catalog.revision()}, the ledger at ${row.revision}: run dstore recover`;
      throw new Fault('not-ready', message, { retryable: false });
    }
    const vault = new Vault(this.#means);
    vault.head = head;
    vault.reload();
    await vault.refresh();
    return vault;
  }

  async #create() {
    const { ledger, vaultId } = this.#means;
    await ledger.submit('VaultContract:CreateVault', { vaultId }).catch((error: unknown) => {
      if (!(error instanceof Refusal && error.code === 'vault-exists')) throw error;
    });
    const row = await ledger.read('vault', vaultId);
    if (row === undefined) throw new Error('invariant: a vault that was made is not there');
    return row;
  }
}

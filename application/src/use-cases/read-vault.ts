import { insist, type Row } from '@dstore/chaincode/domain';
import type { Catalog } from '../ports/catalog.js';
import type { Ledger } from '../ports/ledger.js';

/** The vault as the ledger has it, and how far the catalog is. */
export interface VaultView {
  readonly vault: Row<'vault'>;
  readonly catalogRevision: bigint;
}

/** Reads the vault's own row. */
export class ReadVault {
  readonly #ledger: Pick<Ledger, 'read'>;
  readonly #catalog: Pick<Catalog, 'revision'>;
  readonly #vaultId: string;

  constructor(ledger: Pick<Ledger, 'read'>, catalog: Pick<Catalog, 'revision'>, vaultId: string) {
    this.#ledger = ledger;
    this.#catalog = catalog;
    this.#vaultId = vaultId;
  }

  /** Refusal `vault-unknown` before it was made. */
  async run(): Promise<VaultView> {
    const vault = await this.#ledger.read('vault', this.#vaultId);
    insist(vault !== undefined, 'vault-unknown', 'the vault is not on the ledger');
    return { vault, catalogRevision: this.#catalog.revision() };
  }
}

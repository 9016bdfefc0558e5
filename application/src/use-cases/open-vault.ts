import { Refusal } from '@dstore/chaincode/domain';
import { CatchUp, type LossPolicy } from './catch-up.js';
import { Vault, type VaultMeans } from './vault.js';

/**
 * Makes the vault on the ledger if it is not there, and opens it with a catalog that is as new as the ledger. Shards that
 * an earlier process put and never committed are given up: one gateway at a time works on a vault.
 */
export class OpenVault {
  readonly #means: VaultMeans;
  readonly #policy: LossPolicy | undefined;

  /** Without a policy a vault of which flushes can't be read stays closed. */
  constructor(means: VaultMeans, policy?: LossPolicy) {
    this.#means = means;
    this.#policy = policy;
  }

  /** Rejects as CatchUp does. */
  async run(): Promise<Vault> {
    const { ledger, vaultId } = this.#means;
    if ((await ledger.read('vault', vaultId)) === undefined) await this.#create();
    const head = await new CatchUp(this.#means, this.#policy).run();
    const vault = new Vault(this.#means);
    vault.head = head;
    vault.reload();
    await vault.refresh();
    await this.#discard(vault);
    return vault;
  }

  async #create(): Promise<void> {
    const { ledger, vaultId } = this.#means;
    await ledger.submit('VaultContract:CreateVault', { vaultId }).catch((error: unknown) => {
      if (!(error instanceof Refusal && error.code === 'vault-exists')) throw error;
    });
  }

  /** A disk that does not answer deletes them by itself in time. */
  async #discard(vault: Vault): Promise<void> {
    const held = [...vault.disks.values()].flatMap(({ row, lease }) =>
      lease === undefined ? [] : [vault.doorOf(row.diskId).discard(lease.leaseId)],
    );
    await Promise.allSettled(held);
  }
}

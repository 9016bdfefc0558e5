import type { ShardMove } from '../ports/stripe-map.js';
import type { FlushVault } from './flush-vault.js';
import type { Vault } from './vault.js';

/** Makes shard moves valid: those of stripes that are gone, or that no longer lie where the move began, are dropped. */
export class CommitMoves {
  readonly #vault: Vault;
  readonly #flush: Pick<FlushVault, 'run'>;

  constructor(vault: Vault, flush: Pick<FlushVault, 'run'>) {
    this.#vault = vault;
    this.#flush = flush;
  }

  async run(moves: readonly ShardMove[]): Promise<void> {
    const still = moves.filter((move) => this.#stillTrue(move));
    if (still.length > 0) await this.#flush.run({ kind: 'moves', moves: still });
  }

  #stillTrue({ stripeId, index, digest, from }: ShardMove): boolean {
    const stripe = this.#vault.means.catalog.stripe(stripeId);
    const shard = stripe?.shards.find((one) => one.index === index);
    return (
      stripe !== undefined && (shard === undefined ? true : shard.leaseId === from && shard.digest === digest)
    );
  }
}

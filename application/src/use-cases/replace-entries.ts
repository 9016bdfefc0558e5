import type { Catalog } from '../ports/catalog.js';
import type { Log } from '../ports/log.js';
import type { FlushVault } from './flush-vault.js';
import type { WriteCheckpoint } from './write-checkpoint.js';

/**
 * Makes entries needless that lie in lost stripes: the catalog knows all that they said, and a checkpoint restates it
 * . Without it the catalog's own loss would be the vault's.
 */
export class ReplaceEntries {
  readonly #catalog: Pick<Catalog, 'holdsEntry'>;
  readonly #checkpoints: Pick<WriteCheckpoint, 'demand'>;
  readonly #flush: Pick<FlushVault, 'run'>;
  readonly #log: Log;

  constructor(
    catalog: Pick<Catalog, 'holdsEntry'>,
    checkpoints: Pick<WriteCheckpoint, 'demand'>,
    flush: Pick<FlushVault, 'run'>,
    log: Log,
  ) {
    this.#catalog = catalog;
    this.#checkpoints = checkpoints;
    this.#flush = flush;
    this.#log = log;
  }

  /** Never rejects: whoever finds the stripes lost again tries again. */
  async run(lostStripes: readonly string[]): Promise<void> {
    const stripes = lostStripes.filter((stripeId) => this.#catalog.holdsEntry(stripeId));
    if (stripes.length === 0) return;
    this.#log.warn('entries lie in lost stripes: a checkpoint replaces them', { stripes });
    this.#checkpoints.demand();
    await this.#flush.run({ kind: 'moves', moves: [] }).catch((error: unknown) => {
      this.#log.error('no checkpoint in place of lost entries', { error });
    });
  }
}

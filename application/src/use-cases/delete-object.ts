import type { Conditions } from '../core/conditions.js';
import { versionIdChance, versionIdOf } from '../core/version-id.js';
import type { FlushVault } from './flush-vault.js';
import type { Vault } from './vault.js';

/** Deletes an object, or one version of it; in a bucket that keeps versions the former leaves a marker. */
export class DeleteObject {
  readonly #vault: Vault;
  readonly #flush: Pick<FlushVault, 'run'>;

  constructor(vault: Vault, flush: Pick<FlushVault, 'run'>) {
    this.#vault = vault;
    this.#flush = flush;
  }

  /** Denials `bucket-unknown`, `object-unknown`, `version-unknown`, `precondition-failed`. */
  async run(request: {
    readonly bucket: string;
    readonly key: string;
    readonly versionId?: string;
    readonly conditions?: Conditions;
  }): Promise<{ readonly txId: string }> {
    const { random, clock } = this.#vault.means;
    const modified = clock.now();
    const { txId } = await this.#flush.run({
      kind: 'delete',
      bucket: request.bucket,
      key: request.key,
      versionId: request.versionId,
      markerId: versionIdOf(modified, random.bytes(versionIdChance)),
      modified,
      conditions: request.conditions ?? {},
    });
    return { txId };
  }
}

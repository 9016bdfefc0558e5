import type { Version } from '../core/delta.js';
import { findVersion } from './get-object.js';
import type { Vault } from './vault.js';

/** What an object is, without its bytes. */
export class StatObject {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Denials `bucket-unknown`, `object-unknown`, `version-unknown`. */
  run(request: { readonly bucket: string; readonly key: string; readonly versionId?: string }): Version {
    return findVersion(this.#vault, request.bucket, request.key, request.versionId);
  }
}

import type { Stripe } from '../core/delta.js';
import { findVersion } from './get-object.js';
import type { Vault } from './vault.js';

/** A stripe of an object, as its owner sees it. */
export interface LocatedStripe extends Stripe {
  /** Shards that may be lost before reads fail, by what the catalog knows. */
  readonly margin: number;
}

/** Says where an object's shards lie. */
export class LocateShards {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Stripes in the order of the object's bytes. Denials as of StatObject. */
  run(request: {
    readonly bucket: string;
    readonly key: string;
    readonly versionId?: string;
  }): LocatedStripe[] {
    const version = findVersion(this.#vault, request.bucket, request.key, request.versionId);
    const ids = new Set(version.streams.flatMap((stream) => stream.extents.map((extent) => extent.stripeId)));
    return [...ids].flatMap((stripeId) => {
      const stripe = this.#vault.means.catalog.stripe(stripeId);
      return stripe === undefined ? [] : [{ ...stripe, margin: stripe.shards.length - stripe.dataShards }];
    });
  }

  /** Organization and site of a disk, as of the last look at the ledger. */
  placeOf(diskId: string): { readonly organization: string; readonly site: string } | undefined {
    const disk = this.#vault.disks.get(diskId);
    return disk === undefined
      ? undefined
      : { organization: disk.row.provider.msp, site: disk.row.offer.site };
  }
}

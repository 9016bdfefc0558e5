import { type Explanation, place } from '../core/placement.js';
import { shardSize } from '../core/shard.js';
import { Denial } from '../ports/fault.js';
import type { Vault } from './vault.js';

/** Where a stripe of an object would go now, and why each other disk would get none. */
export interface PlacementAnswer {
  readonly organizationLimit: number;
  readonly disks: readonly Explanation[];
}

/** Explains the placement that a put of this size into a bucket would begin with. */
export class ExplainPlacement {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Denial `bucket-unknown`; `too-few-disks`, which says what is missing and why each disk is left out. */
  run(bucketName: string, bytes: number): PlacementAnswer {
    const { catalog, random } = this.#vault.means;
    const bucket = catalog.bucket(bucketName);
    if (bucket === undefined) throw new Denial('bucket-unknown', `there is no bucket ${bucketName}`);
    const { dataShards } = bucket;
    const length = Math.min(Math.max(1, bytes), dataShards << 20);
    const request = {
      disks: this.#vault.candidates(),
      geometry: bucket,
      seed: random.bytes(16),
      shardSizeBytes: shardSize(length, dataShards),
    };
    const answer = place(request);
    if (answer.kind === 'refusal')
      throw new Denial('too-few-disks', answer.missing, { leftOut: leftOut(answer.explanation) });
    return { organizationLimit: answer.organizationLimit, disks: answer.explanation };
  }
}

/** Each disk that would get no shard, with its reason. */
function leftOut(explanation: readonly Explanation[]): string {
  return explanation
    .flatMap(({ diskId, outcome }) => ('leftOut' in outcome ? [`${diskId} ${outcome.leftOut}`] : []))
    .join(', ');
}

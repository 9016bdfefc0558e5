import { bucketTag } from '../core/bucket-tag.js';
import type { Conditions } from '../core/conditions.js';
import { type Bucket, type DigestName, digestNames } from '../core/delta.js';
import { defaultGeometry, geometryRefusal, type Geometry } from '../core/geometry.js';
import { Denial } from '../ports/fault.js';
import type { FlushVault } from './flush-vault.js';
import type { Vault } from './vault.js';

// What S3 takes for a bucket too: no address of a host, no name that DNS gives a meaning of its own.
const namePattern = /^(?!xn--)(?!\d{1,3}(?:\.\d{1,3}){3}$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** What an owner says of a bucket. */
export interface BucketWish {
  readonly geometry?: Geometry;
  readonly versions?: 'latest' | 'keep';
  /** Null takes it away. */
  readonly quotaBytes?: number | null;
  /** Null takes them away. */
  readonly digests?: readonly DigestName[] | null;
}

/** A bucket as it is now, and the transaction that made it so. */
export interface ChangedBucket {
  readonly bucket: Bucket;
  readonly txId: string;
}

/** A bucket that was to be made; without a transaction where it was there already. */
export type MadeBucket = Pick<ChangedBucket, 'bucket'> & Partial<ChangedBucket>;

/** The geometry that fits the disks there are; Denial `too-few-disks` without any. */
export function geometryForVault(vault: Vault): Geometry {
  const organizations = [...vault.disks.values()]
    .filter((disk) => !disk.suspended)
    .map((disk) => disk.row.provider.msp);
  const geometry = defaultGeometry(organizations);
  if (geometry === undefined) throw new Denial('too-few-disks', 'no disk offers space');
  return geometry;
}

/** Makes, changes and removes buckets. */
export class ChangeBucket {
  readonly #vault: Vault;
  readonly #flush: Pick<FlushVault, 'run'>;

  constructor(vault: Vault, flush: Pick<FlushVault, 'run'>) {
    this.#vault = vault;
    this.#flush = flush;
  }

  /** Makes a bucket; one that is there as wished stays as it is. Denials `name-malformed`, `geometry-unsatisfiable`, and `bucket-exists` where it differs. */
  async make(name: string, wish: BucketWish): Promise<MadeBucket> {
    const known = this.#vault.means.catalog.bucket(name);
    if (known === undefined) return this.run(name, wish, true);
    if (bucketTag(this.#wished(name, wish, known)) !== bucketTag(known))
      throw new Denial('bucket-exists', `bucket ${name} is there and differs`);
    return { bucket: known };
  }

  /** Makes a bucket, or changes the one there is; `create` refuses one that is there. Denials `name-malformed`, `geometry-unsatisfiable`, `bucket-exists`. */
  async run(name: string, wish: BucketWish, create = false): Promise<ChangedBucket> {
    checkName(name);
    const known = this.#vault.means.catalog.bucket(name);
    if (create && known !== undefined) throw new Denial('bucket-exists', `bucket ${name} is there already`);
    const bucket = this.#wished(name, wish, known);
    const { txId } = await this.#flush.run({ kind: 'bucket', bucket, create: known === undefined });
    return { bucket, txId };
  }

  /** Changes what is said of a bucket that is there, if it still is the one meant. Denials `bucket-unknown`, `precondition-failed`, `geometry-unsatisfiable`. */
  async amend(name: string, wish: BucketWish, conditions: Conditions): Promise<ChangedBucket> {
    const known = this.#vault.means.catalog.bucket(name);
    if (known === undefined) throw new Denial('bucket-unknown', `there is no bucket ${name}`);
    const bucket = this.#wished(name, wish, known);
    const { txId } = await this.#flush.run({ kind: 'bucket', bucket, create: false, conditions });
    return { bucket, txId };
  }

  /** Removes an empty bucket; the transaction that did. Denials `bucket-unknown`, `bucket-not-empty`. */
  async drop(name: string): Promise<{ readonly txId: string }> {
    return this.#flush.run({ kind: 'drop-bucket', bucket: name });
  }

  /** The bucket as it is to be: what the wish does not name stays as it was. */
  #wished(bucket: string, wish: BucketWish, known: Bucket | undefined): Bucket {
    const { dataShards, parityShards } = this.#geometry(wish, known);
    return {
      bucket,
      dataShards,
      parityShards,
      versions: wish.versions ?? known?.versions ?? 'latest',
      ...limits(wish, known),
      created: known?.created ?? this.#vault.means.clock.now(),
    };
  }

  #geometry(wish: BucketWish, known: Bucket | undefined): Geometry {
    const geometry = wish.geometry ?? known ?? geometryForVault(this.#vault);
    // Where disks have left, the bucket must still take a quota.
    if (known !== undefined && isSame(geometry, known)) return known;
    const refusal = geometryRefusal(geometry, this.#vault.disks.size);
    if (refusal !== undefined)
      throw new Denial(
        'geometry-unsatisfiable',
        `${geometry.dataShards}+${geometry.parityShards}: ${refusal}`,
      );
    return geometry;
  }
}

function isSame(one: Geometry, other: Geometry): boolean {
  return one.dataShards === other.dataShards && one.parityShards === other.parityShards;
}

/** Quota and digests as they are to be: said now, or as they were; in one order, so that equal wishes are equal. */
function limits(wish: BucketWish, known: Bucket | undefined): Pick<Bucket, 'quotaBytes' | 'digests'> {
  const quotaBytes = wish.quotaBytes === undefined ? known?.quotaBytes : wish.quotaBytes;
  const given = wish.digests === undefined ? known?.digests : wish.digests;
  const digests = digestNames.filter((name) => given?.includes(name) === true);
  return {
    ...(quotaBytes == null ? {} : { quotaBytes }),
    ...(digests.length === 0 ? {} : { digests }),
  };
}

function checkName(name: string): void {
  if (!namePattern.test(name))
    throw new Denial(
      'name-malformed',
      'a bucket name has 3 to 63 of a-z, 0-9, dot and hyphen, and is no IP address',
    );
}

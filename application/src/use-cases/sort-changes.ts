import { bucketTag } from '../core/bucket-tag.js';
import { conditionsHold } from '../core/conditions.js';
import type { Bucket, Version } from '../core/delta.js';
import { quotaRoom } from '../core/quota.js';
import { sameExtent } from '../core/relocation.js';
import type { Catalog } from '../ports/catalog.js';
import { Denial } from '../ports/fault.js';
import type { ShardMove } from '../ports/stripe-map.js';
import type { LivePiece, VaultChange } from './vault-change.js';

type Put = Extract<VaultChange, { kind: 'put' }>;
type Compaction = Extract<VaultChange, { kind: 'compact' }>;

type Readable = Pick<Catalog, 'bucket' | 'bucketUsage' | 'current' | 'version' | 'list' | 'stripe'>;

/** What a batch of changes comes to, in the words of the catalog. */
export interface SortedChanges<T> {
  readonly puts: readonly (readonly [T, Put])[];
  readonly buckets: readonly Bucket[];
  readonly droppedBuckets: readonly string[];
  readonly droppedVersions: readonly string[];
  /** Deletion markers of buckets that keep versions. */
  readonly markers: readonly Version[];
  readonly moves: readonly ShardMove[];
  /** With those pieces only whose versions stay and still lie where they were read. */
  readonly compactions: readonly Compaction[];
  /** The version that was current before each change, where one was. */
  readonly replaced: ReadonlyMap<T, string>;
  readonly accepted: readonly T[];
  readonly denied: readonly (readonly [T, Denial])[];
  /** Changes of a name that another one of this batch changes too. */
  readonly later: readonly T[];
}

/** Judges changes in order against the catalog; each name is changed at most once in a flush. */
export function sortChanges<T extends { readonly change: VaultChange }>(
  items: readonly T[],
  catalog: Readable,
): SortedChanges<T> {
  const sorter = new Sorter<T>(catalog);
  for (const item of items) sorter.add(item);
  sorter.end();
  return sorter;
}

class Sorter<T extends { readonly change: VaultChange }> implements SortedChanges<T> {
  readonly puts: [T, Put][] = [];
  readonly buckets: Bucket[] = [];
  readonly droppedBuckets: string[] = [];
  readonly droppedVersions: string[] = [];
  readonly markers: Version[] = [];
  readonly moves: ShardMove[] = [];
  compactions: readonly Compaction[] = [];
  readonly replaced = new Map<T, string>();
  readonly accepted: T[] = [];
  readonly denied: [T, Denial][] = [];
  readonly later: T[] = [];
  readonly #catalog: Readable;
  readonly #touched = new Set<string>();
  /** Bytes by which the accepted changes let each bucket grow. */
  readonly #growth = new Map<string, number>();

  constructor(catalog: Readable) {
    this.#catalog = catalog;
  }

  add(item: T): void {
    const { touches = [], waitsFor = touches } = namesOf(item.change);
    if (waitsFor.some((name) => this.#touched.has(name))) {
      this.later.push(item);
      return;
    }
    try {
      this.#accept(item, item.change);
      for (const name of touches) this.#touched.add(name);
      this.accepted.push(item);
    } catch (error) {
      if (!(error instanceof Denial)) throw error;
      this.denied.push([item, error]);
    }
  }

  /** Whatever was dropped, before or after a compaction came, is not copied. */
  end(): void {
    const dropped = new Set(this.droppedVersions);
    const stays = ({ versionId, extent }: LivePiece) =>
      !dropped.has(versionId) &&
      this.#catalog
        .version(versionId)
        ?.streams.some(({ extents }) => extents.some((one) => sameExtent(one, extent))) === true;
    this.compactions = this.compactions.map((change) => ({ ...change, pieces: change.pieces.filter(stays) }));
  }

  #accept(item: T, change: VaultChange): void {
    if (change.kind === 'put') this.#put(item, change);
    else if (change.kind === 'delete') this.#delete(item, change);
    else if (change.kind === 'bucket') this.#bucket(change);
    else if (change.kind === 'drop-bucket') this.#drop(change.bucket);
    else if (change.kind === 'compact') this.compactions = [...this.compactions, change];
    else this.moves.push(...change.moves.filter((move) => this.#stillTrue(move)));
  }

  #put(item: T, change: Put): void {
    const { bucket: name, key } = change.version;
    const bucket = this.#mustHave(name);
    const current = this.#catalog.current(name, key);
    const visible = current?.marker === 'yes' ? undefined : current?.versionId;
    if (!conditionsHold(change.conditions, visible))
      throw new Denial('precondition-failed', 'another version is current');
    const dropped = bucket.versions === 'latest' ? current : undefined;
    this.#grow(bucket, change.version.bytes - (dropped?.bytes ?? 0));
    if (visible !== undefined) this.replaced.set(item, visible);
    if (dropped !== undefined) this.droppedVersions.push(dropped.versionId);
    this.puts.push([item, change]);
  }

  #delete(item: T, change: Extract<VaultChange, { kind: 'delete' }>): void {
    const bucket = this.#mustHave(change.bucket);
    const current = this.#catalog.current(change.bucket, change.key);
    const visible = current?.marker === 'yes' ? undefined : current?.versionId;
    const target = change.versionId ?? visible;
    if (target === undefined)
      throw new Denial('object-unknown', `there is no object of that name in ${change.bucket}`);
    if (!conditionsHold(change.conditions, target))
      throw new Denial('precondition-failed', 'another version is current');
    const version = this.#catalog.version(target);
    const fits = version?.bucket === change.bucket && version.key === change.key;
    if (!fits) throw new Denial('version-unknown', `there is no version ${target} of that object`);
    this.replaced.set(item, target);
    if (bucket.versions === 'latest' || change.versionId !== undefined) {
      this.droppedVersions.push(target);
      this.#grow(bucket, -version.bytes);
    } else this.markers.push(markerOf(change));
  }

  /** Puts of one flush count together, so that they do not pass a quota that each of them keeps. */
  #grow(bucket: Bucket, bytes: number): void {
    const before = this.#growth.get(bucket.bucket) ?? 0;
    const held = bucket.quotaBytes === undefined ? 0 : this.#catalog.bucketUsage(bucket.bucket).bytes;
    if (bytes > quotaRoom(bucket, held + before)) throw quotaReached(bucket);
    this.#growth.set(bucket.bucket, before + bytes);
  }

  #bucket(change: Extract<VaultChange, { kind: 'bucket' }>): void {
    const known = this.#catalog.bucket(change.bucket.bucket);
    if (change.create && known !== undefined)
      throw new Denial('bucket-exists', `bucket ${change.bucket.bucket} is there already`);
    if (!change.create && known === undefined) throw unknownBucket(change.bucket.bucket);
    if (!conditionsHold(change.conditions ?? {}, known && bucketTag(known)))
      throw new Denial('precondition-failed', 'the bucket has changed');
    this.buckets.push(change.bucket);
  }

  #drop(bucket: string): void {
    this.#mustHave(bucket);
    const [first] = this.#catalog.list({ bucket, prefix: '', limit: 1, versions: true });
    if (first !== undefined) throw new Denial('bucket-not-empty', `bucket ${bucket} holds objects`);
    this.droppedBuckets.push(bucket);
  }

  /** A flush before may have dropped the stripe, or moved the shard. */
  #stillTrue({ stripeId, index, digest, from }: ShardMove): boolean {
    const stripe = this.#catalog.stripe(stripeId);
    const shard = stripe?.shards.find((one) => one.index === index);
    return (
      stripe !== undefined && (shard === undefined || (shard.leaseId === from && shard.digest === digest))
    );
  }

  #mustHave(name: string): Bucket {
    const bucket = this.#catalog.bucket(name);
    if (bucket === undefined) throw unknownBucket(name);
    return bucket;
  }
}

/** A bucket that must not grow so far. */
export function quotaReached({ bucket, quotaBytes = 0 }: Bucket): Denial {
  const text = `bucket ${bucket} may hold ${quotaBytes} bytes`;
  return new Denial('quota-reached', text, { quotaBytes: String(quotaBytes) });
}

function unknownBucket(name: string): Denial {
  return new Denial('bucket-unknown', `there is no bucket ${name}`);
}

function markerOf(change: Extract<VaultChange, { kind: 'delete' }>): Version {
  const { bucket, key, markerId: versionId, modified } = change;
  return {
    versionId,
    bucket,
    key,
    modified,
    bytes: 0,
    marker: 'yes',
    headers: [],
    metadata: [],
    streams: [],
  };
}

/**
 * Names that a change touches, and those that it waits for where another change of the flush has touched them. A bucket's
 * own changes are not in one flush with each other, nor with changes of its objects.
 */
function namesOf(change: VaultChange): { readonly touches?: string[]; readonly waitsFor?: string[] } {
  if (change.kind === 'put') return objectNames(change.version);
  if (change.kind === 'delete') return objectNames(change);
  if (change.kind === 'bucket') return bucketNames(change.bucket.bucket);
  return change.kind === 'drop-bucket' ? bucketNames(change.bucket) : {};
}

function objectNames({ bucket, key }: { readonly bucket: string; readonly key: string }) {
  const object = `o/${bucket}/${key}`;
  return { touches: [object, `in/${bucket}`], waitsFor: [object, `b/${bucket}`] };
}

function bucketNames(bucket: string) {
  return { touches: [`b/${bucket}`], waitsFor: [`b/${bucket}`, `in/${bucket}`] };
}

import {
  base64,
  decimal,
  hex,
  identifier,
  integer,
  list,
  object,
  oneOf,
  optional,
  type Shape,
  type Shaped,
  text,
} from '@dstore/chaincode/domain';

/*
 * What a flush changes, in the two halves that are sealed apart: the catalog (names, metadata, keys) and the structure
 * (stripes, shards, vectors). The same deltas are applied after a commit, after a crash, and in recovery.
 */

const most = 10_000_000;
const bytes = integer(0, Number.MAX_SAFE_INTEGER);
const id = hex(16);

/** A run of a sealed stream's bytes within a stripe. */
export const extentShape = object({ stripeId: id, offset: bytes, length: bytes });
export type Extent = Shaped<typeof extentShape>;

/** One sealed stream of a version: where its ciphertext lies and its wrapped key. */
export const streamShape = object({
  sealId: id,
  wrappedKey: base64(256),
  plainBytes: bytes,
  sealedBytes: bytes,
  extents: list(extentShape, most),
});
export type SealedStream = Shaped<typeof streamShape>;

/** Names and values of an object's headers or metadata. */
const pairs: Shape<readonly (readonly [string, string])[]> = list(pair, 256);

function pair(value: unknown, path: string): readonly [string, string] {
  const [name, content] = list(text(65_536), 2)(value, path);
  return [name ?? '', content ?? ''];
}

/** A version of an object; a marker stands for a deletion in a bucket that keeps versions. */
export const versionShape = object({
  versionId: id,
  bucket: text(63),
  key: text(1024),
  bytes,
  /** Milliseconds since 1970. */
  modified: bytes,
  marker: oneOf('no', 'yes'),
  headers: pairs,
  metadata: pairs,
  streams: list(streamShape, 10_000),
});
export type Version = Shaped<typeof versionShape>;

/** Digests of whole objects, by their names in RFC 9530. */
export const digestNames = ['sha-256', 'sha-512'] as const;
export type DigestName = (typeof digestNames)[number];

/** A namespace of objects: its geometry, whether overwritten versions stay, and what is kept with each object. */
export const bucketShape = object({
  bucket: text(63),
  dataShards: integer(1, 255),
  parityShards: integer(0, 254),
  versions: oneOf('latest', 'keep'),
  /** Most bytes of all its versions. */
  quotaBytes: optional(bytes),
  /** Kept of every object, whether it came with them or not. */
  digests: optional(list(oneOf(...digestNames), digestNames.length)),
  created: bytes,
});
export type Bucket = Shaped<typeof bucketShape>;

/** Where one shard of a stripe lies. */
export const shardShape = object({
  index: integer(0, 254),
  digest: hex(32),
  leaseId: id,
  diskId: identifier,
});
export type Shard = Shaped<typeof shardShape>;

/** k + m shards of up to k MiB of ciphertext; a degraded stripe lacks some shards. */
export const stripeShape = object({
  stripeId: id,
  dataShards: integer(1, 255),
  parityShards: integer(0, 254),
  /** Bytes of ciphertext in it. */
  length: bytes,
  shardSize: bytes,
  shards: list(shardShape, 255),
});
export type Stripe = Shaped<typeof stripeShape>;

/** One step in a lease's vector: a shard appended, or the entry at a position removed (the last one moves there). */
export const stepShape = object({
  append: optional(object({ stripeId: id, index: integer(0, 254) })),
  remove: optional(bytes),
});
export type Step = Shaped<typeof stepShape>;

/** The steps of a lease in one flush, and the revision they lead to. */
export const leaseStepsShape = object({
  leaseId: id,
  diskId: identifier,
  revision: decimal,
  steps: list(stepShape, most),
});
export type LeaseSteps = Shaped<typeof leaseStepsShape>;

/** An entry of a lease's vector whose shard lies elsewhere by now and that its provider has not yet let go. */
export const leftoverShape = object({
  leaseId: id,
  position: bytes,
  stripeId: id,
  index: integer(0, 254),
  digest: hex(32),
  size: bytes,
});
export type Leftover = Shaped<typeof leftoverShape>;

/** A sealed entry: where its ciphertext lies. */
const entryStreamShape = object({ sealedBytes: bytes, extents: list(extentShape, 4096) });

/** A checkpoint's two streams; the structure entry that names them describes the stripes they lie in. */
const checkpointStreamShape = object({ sealedBytes: bytes, extents: list(extentShape, most) });
export const checkpointShape = object({ catalog: checkpointStreamShape, structure: checkpointStreamShape });
export type Checkpoint = Shaped<typeof checkpointShape>;

/** Where the entries of a flush lie, with the stripes they lie in: an entry can't describe those itself. */
export const locatorShape = object({
  revision: decimal,
  generation: decimal,
  catalog: entryStreamShape,
  structure: entryStreamShape,
  stripes: list(stripeShape, 64),
});
export type Locator = Shaped<typeof locatorShape>;

/** Ciphertext of a version that lies elsewhere now, byte for byte. */
export const relocationShape = object({
  versionId: id,
  extents: list(object({ from: extentShape, to: list(extentShape, 4096) }), most),
});
export type Relocation = Shaped<typeof relocationShape>;

/** The catalog's half of a flush, or a part of a checkpoint's. */
export const catalogDeltaShape = object({
  format: integer(1, 1),
  revision: decimal,
  buckets: list(bucketShape, most),
  droppedBuckets: list(text(63), most),
  versions: list(versionShape, most),
  droppedVersions: list(id, most),
  /** Before versions are dropped and added. */
  relocations: optional(list(relocationShape, most)),
});
export type CatalogDelta = Shaped<typeof catalogDeltaShape>;

/**
 * The structure's half of a flush, or a part of a checkpoint's. Stripes named in {@link Locator} come after these, in the
 * same order of leases.
 */
export const structureDeltaShape = object({
  format: integer(1, 1),
  revision: decimal,
  stripes: list(stripeShape, most),
  droppedStripes: list(id, most),
  /** Shards that lie elsewhere now. */
  moves: list(object({ stripeId: id, shard: shardShape }), most),
  /** Leases that have ended; what still lay in them is missing. */
  droppedLeases: list(id, most),
  leases: list(leaseStepsShape, 4096),
  /** In checkpoints only: positions of vectors that no stripe names. */
  leftovers: optional(list(leftoverShape, most)),
  /** The flush before, whose entries this one makes findable. */
  previous: optional(locatorShape),
  /** The flush before that one: a way on where the previous flush's entries are lost. */
  beforePrevious: optional(locatorShape),
  /** Restates all that was true before this flush: no earlier entry is needed any more. */
  checkpoint: optional(checkpointShape),
});
export type StructureDelta = Shaped<typeof structureDeltaShape>;

/** A flush as it is applied to the catalog. */
export interface Flush {
  readonly catalog: CatalogDelta;
  readonly structure: StructureDelta;
  readonly locator: Locator;
}

import type { DatabaseSync } from 'node:sqlite';
import { list, parseJson } from '@dstore/chaincode/domain';
import {
  bucketShape,
  type CatalogDelta,
  type Leftover,
  type Stripe,
  streamShape,
  type StructureDelta,
  type Version,
} from '../../core/delta.js';

/** Rows in a part: some 100 KB of JSON. */
const partRows = 250;
/** Steps of a lease in a part. */
const partSteps = 2000;

const streamsShape = list(streamShape, 10_000);

function rows<T>(db: DatabaseSync, sql: string, ...values: (string | number)[]): T[] {
  return db.prepare(sql).all(...values) as T[];
}

/** Pages of a table by an ascending key, so that no more than one is held. */
function* pages<T>(next: (after: T | undefined) => T[]): Generator<T[]> {
  for (let page = next(undefined); page.length > 0; page = next(page.at(-1))) yield page;
}

/** What a catalog says of stripes, leases and leftovers, in parts: stripes before the leases that hold them. */
export function* restateStructure(db: DatabaseSync, revision: bigint): Generator<StructureDelta> {
  const nothing: StructureDelta = {
    format: 1,
    revision,
    stripes: [],
    droppedStripes: [],
    moves: [],
    droppedLeases: [],
    leases: [],
  };
  for (const stripes of stripePages(db)) yield { ...nothing, stripes };
  for (const leftovers of leftoverPages(db)) yield { ...nothing, leftovers };
  const leases =
    'SELECT lease_id AS leaseId, disk_id AS diskId, revision, count FROM leases ORDER BY lease_id';
  for (const lease of rows<LeaseRow>(db, leases)) {
    const { leaseId, diskId } = lease;
    for (let from = 0; from === 0 || from < lease.count; from += partSteps) {
      const steps = vectorPage(db, leaseId, from).map((append) => ({ append }));
      yield { ...nothing, leases: [{ leaseId, diskId, revision: BigInt(lease.revision), steps }] };
    }
  }
}

interface LeaseRow {
  readonly leaseId: string;
  readonly diskId: string;
  readonly revision: string;
  readonly count: number;
}

function stripePages(db: DatabaseSync): Generator<Stripe[]> {
  const columns = `stripe_id AS stripeId, data_shards AS dataShards, parity_shards AS parityShards, length,
    shard_size AS shardSize`;
  const sql = `SELECT ${columns} FROM stripes WHERE stripe_id > ? ORDER BY stripe_id LIMIT ${partRows}`;
  const shards = `SELECT idx AS "index", digest, lease_id AS leaseId, disk_id AS diskId FROM shards
    WHERE stripe_id = ? ORDER BY idx`;
  return pages<Stripe>((after) =>
    rows<Omit<Stripe, 'shards'>>(db, sql, after?.stripeId ?? '').map((stripe) => ({
      ...stripe,
      shards: rows<Stripe['shards'][number]>(db, shards, stripe.stripeId).map((shard) => ({ ...shard })),
    })),
  );
}

function leftoverPages(db: DatabaseSync): Generator<Leftover[]> {
  const sql = `SELECT lease_id AS leaseId, position, stripe_id AS stripeId, idx AS "index", digest, size FROM leftovers
    WHERE (lease_id, position) > (?, ?) ORDER BY lease_id, position LIMIT ${partRows}`;
  return pages<Leftover>((after) =>
    rows<Leftover>(db, sql, after?.leaseId ?? '', after?.position ?? -1).map((row) => ({ ...row })),
  );
}

function vectorPage(db: DatabaseSync, leaseId: string, from: number): { stripeId: string; index: number }[] {
  const part = (table: string) =>
    `SELECT stripe_id AS stripeId, idx AS "index", position FROM ${table} WHERE lease_id = ? AND position >= ? AND position < ?`;
  const to = from + partSteps;
  const sql = `${part('shards')} UNION ALL ${part('leftovers')} ORDER BY position`;
  return rows<{ stripeId: string; index: number }>(db, sql, leaseId, from, to, leaseId, from, to).map(
    ({ stripeId, index }) => ({ stripeId, index }),
  );
}

/** What a catalog says of buckets and versions, in parts: versions in the order in which they were put. */
export function* restateCatalog(db: DatabaseSync, revision: bigint): Generator<CatalogDelta> {
  const nothing: CatalogDelta = {
    format: 1,
    revision,
    buckets: [],
    droppedBuckets: [],
    versions: [],
    droppedVersions: [],
  };
  const buckets = rows<{ body: string }>(db, 'SELECT body FROM buckets ORDER BY bucket');
  yield { ...nothing, buckets: buckets.map(({ body }) => parseJson(bucketShape, body)) };
  const sql = `SELECT seq, listed, streams FROM versions WHERE seq > ? ORDER BY seq LIMIT ${partRows}`;
  for (const page of pages<VersionRow>((after) => rows(db, sql, after?.seq ?? 0)))
    yield { ...nothing, versions: page.map(asVersion) };
}

interface VersionRow {
  readonly seq: number;
  readonly listed: string;
  readonly streams: string;
}

function asVersion({ listed, streams }: VersionRow): Version {
  return {
    ...(JSON.parse(listed) as Omit<Version, 'streams'>),
    streams: parseJson(streamsShape, streams),
  };
}

import { list, parseJson, type Shape } from '@dstore/chaincode/domain';
import {
  type Bucket,
  bucketShape,
  type CatalogDelta,
  catalogDeltaShape,
  checkpointShape,
  type Flush,
  type Leftover,
  type Locator,
  locatorShape,
  type Stripe,
  streamShape,
  type StructureDelta,
  structureDeltaShape,
  type Version,
} from '../../core/delta.js';
import type { VectorShard } from '../../core/lease-layout.js';
import type { BucketUsage } from '../../core/quota.js';
import type {
  Catalog,
  CheckpointParts,
  EntryChain,
  Intent,
  LeaseMirror,
  LeaseVector,
  ListedVersion,
  Listing,
  Losses,
  Usage,
} from '../../ports/catalog.js';
import { firstKey, listVersions } from './catalog-listing.js';
import { restateCatalog, restateStructure } from './catalog-parts.js';
import { CatalogSalvage } from './catalog-salvage.js';
import { migrate } from './catalog-schema.js';
import { CatalogWriter, written } from './catalog-writer.js';
import { Database } from './database.js';
import { WriteBack } from './write-back.js';

const streamsShape = list(streamShape, 10_000);

interface VersionRow {
  readonly listed: string;
  readonly streams: string;
}

interface StripeRow {
  readonly stripe_id: string;
  readonly data_shards: number;
  readonly parity_shards: number;
  readonly length: number;
  readonly shard_size: number;
}

/** Pages held in memory: the upper levels of every index of some ten million rows. */
const cacheKiB = 32_768;
/** Pages of the write-ahead log, 128 MiB, from which on a commit writes it back itself: when the thread that does so can't. */
const mostLogPages = 32_000;
const usually = `PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = ${mostLogPages}; PRAGMA temp_store = MEMORY`;
/** Milliseconds that one connection waits for another: the last one to close writes the log back. */
const patience = 10_000;
// What is restored is larger than memory may be: sorted in files, and never written twice, as a write-ahead log would.
const restoring = 'PRAGMA journal_mode = DELETE; PRAGMA temp_store = FILE';
/** Stripes read at a time. */
const pageRows = 500;

/** The owner's catalog in one SQLite file, or in memory as `:memory:`. */
export class SqliteCatalog implements Catalog {
  readonly #db: Database;
  readonly #writer: CatalogWriter;
  readonly #writeBack: WriteBack | undefined;

  /**
   * Opens or creates it; throws for a catalog that a newer version wrote. Its log is written back each time so many rows
   * were changed, in thousands unless it is said.
   */
  constructor(path: string, writeBackRows?: number) {
    this.#db = new Database(path);
    const { open } = this.#db;
    const finish = () => open.isOpen && open.exec('PRAGMA wal_checkpoint(PASSIVE)');
    this.#writeBack = path === ':memory:' ? undefined : new WriteBack(path, finish, writeBackRows);
    open.exec(
      `PRAGMA busy_timeout = ${patience}; PRAGMA synchronous = FULL; PRAGMA cache_size = -${cacheKiB}`,
    );
    migrate(open);
    open.exec(usually);
    this.#writer = new CatalogWriter(open);
  }

  #one<T>(sql: string, ...values: (string | number)[]): T | undefined {
    return this.#db.prepare(sql).get(...values) as T | undefined;
  }

  #all<T>(sql: string, ...values: (string | number)[]): T[] {
    return this.#db.prepare(sql).all(...values) as T[];
  }

  revision(): bigint {
    return BigInt(this.#state('revision') ?? '0');
  }

  apply(flush: Flush): void {
    if (flush.catalog.revision !== this.revision() + 1n)
      throw new RangeError('a flush must be the next revision');
    const write = () => {
      this.#writer.write(flush);
      this.#db.open.exec('DELETE FROM intent');
    };
    // Until it is durable, the intent and the ledger lead here again.
    this.#db.transaction(write, { deferred: true });
    this.#writeBack?.committed(this.#changedRows());
  }

  /** Since it was opened. */
  #changedRows(): number {
    return this.#one<{ rows: number }>('SELECT total_changes() AS rows')?.rows ?? 0;
  }

  restate(): CheckpointParts<Iterable<StructureDelta>, Iterable<CatalogDelta>> {
    const revision = this.revision();
    const { open } = this.#db;
    return { structure: restateStructure(open, revision), catalog: restateCatalog(open, revision) };
  }

  async restore(
    revision: bigint,
    parts: CheckpointParts<AsyncIterable<StructureDelta>, AsyncIterable<CatalogDelta>>,
  ): Promise<void> {
    // Another mode of the journal can be had by who is alone.
    await this.#writeBack?.settled();
    this.#db.open.exec(restoring);
    this.#db.open.exec('BEGIN IMMEDIATE');
    try {
      this.#writer.beginRestoring(revision);
      for await (const part of parts.structure) this.#writer.restateStructure(part);
      for await (const part of parts.catalog) this.#writer.restateCatalog(part);
      this.#writer.endRestoring();
      this.#db.open.exec('COMMIT');
    } catch (error) {
      this.#db.open.exec('ROLLBACK');
      throw error;
    } finally {
      this.#db.open.exec(usually);
    }
  }

  salvage(revision: bigint, flushes: readonly Flush[], vectors: readonly LeaseVector[]): Losses {
    return this.#db.transaction(() =>
      new CatalogSalvage(this.#db.open, this.#writer).run(revision, flushes, vectors),
    );
  }

  remember({ revision, headDigest, flush }: Intent): void {
    const sql =
      'INSERT OR REPLACE INTO intent (one, revision, head_digest, catalog, structure, locator) VALUES (1, ?, ?, ?, ?, ?)';
    const { catalog, structure, locator } = flush;
    this.#db
      .prepare(sql)
      .run(revision.toString(), headDigest, written(catalog), written(structure), written(locator));
  }

  intent(): Intent | undefined {
    const row = this.#one<{
      revision: string;
      head_digest: string;
      catalog: string;
      structure: string;
      locator: string;
    }>('SELECT * FROM intent');
    if (row === undefined) return undefined;
    const flush = {
      catalog: parseJson(catalogDeltaShape, row.catalog),
      structure: parseJson(structureDeltaShape, row.structure),
      locator: parseJson(locatorShape, row.locator),
    };
    return { revision: BigInt(row.revision), headDigest: row.head_digest, flush };
  }

  forgetIntent(): void {
    this.#db.open.exec('DELETE FROM intent');
  }

  locator(revision: bigint): Locator | undefined {
    const locator = parsed(
      locatorShape,
      this.#one<{ body: string }>('SELECT body FROM locators WHERE revision = ?', Number(revision))?.body,
    );
    if (locator === undefined) return undefined;
    return { ...locator, stripes: locator.stripes.map((stripe) => this.stripe(stripe.stripeId) ?? stripe) };
  }

  entryChain(): EntryChain {
    const checkpoint = parsed(checkpointShape, this.#state('checkpoint'));
    const chain = this.#one<{ entries: number; bytes: number }>(
      'SELECT COUNT(*) AS entries, COALESCE(SUM(bytes), 0) AS bytes FROM locators',
    );
    return {
      revision: BigInt(this.#state('checkpoint-revision') ?? '0'),
      checkpoint,
      entries: chain?.entries ?? 0,
      entryBytes: chain?.bytes ?? 0,
    };
  }

  #state(name: string): string | undefined {
    return this.#one<{ value: string }>('SELECT value FROM state WHERE name = ?', name)?.value;
  }

  bucket(name: string): Bucket | undefined {
    return parsed(
      bucketShape,
      this.#one<{ body: string }>('SELECT body FROM buckets WHERE bucket = ?', name)?.body,
    );
  }

  buckets(): readonly Bucket[] {
    return this.#all<{ body: string }>('SELECT body FROM buckets ORDER BY bucket').map(({ body }) =>
      parseJson(bucketShape, body),
    );
  }

  bucketUsage(name: string): BucketUsage {
    const row = this.#one<BucketUsage>('SELECT objects, bytes FROM holdings WHERE bucket = ?', name);
    return { objects: 0, bytes: 0, ...row };
  }

  current(bucket: string, key: string): Version | undefined {
    return asVersion(
      this.#one(
        'SELECT listed, streams FROM versions WHERE bucket = ? AND key = ? AND current = 1',
        bucket,
        key,
      ),
    );
  }

  version(versionId: string): Version | undefined {
    return asVersion(this.#one('SELECT listed, streams FROM versions WHERE version_id = ?', versionId));
  }

  list(listing: Listing): readonly ListedVersion[] {
    return listVersions((sql, ...values) => this.#all(sql, ...values), listing);
  }

  firstKey(from: Omit<Listing, 'limit'>): string | undefined {
    return firstKey((sql, ...values) => this.#all(sql, ...values), from);
  }

  stripe(stripeId: string): Stripe | undefined {
    const row = this.#one<StripeRow>('SELECT * FROM stripes WHERE stripe_id = ?', stripeId);
    return row === undefined ? undefined : this.#asStripe(row);
  }

  stripes(): Iterable<Stripe> {
    return this.#stripesWhere('live > 0');
  }

  deadStripes(): Iterable<Stripe> {
    return this.#stripesWhere('live = 0');
  }

  sparseStripes(): Iterable<Stripe> {
    return this.#stripesWhere('live > 0 AND entry = 0 AND live * 2 < length');
  }

  *#stripesWhere(condition: string): Generator<Stripe> {
    const sql = `SELECT * FROM stripes WHERE ${condition} AND stripe_id > ? ORDER BY stripe_id LIMIT ${pageRows}`;
    for (let after = ''; ;) {
      const rows = this.#all<StripeRow>(sql, after);
      for (const row of rows) yield this.#asStripe(row);
      if (rows.length < pageRows) return;
      after = rows.at(-1)?.stripe_id ?? '';
    }
  }

  wasteUnderEntries(): number {
    const sql =
      'SELECT COALESCE(SUM(length - live), 0) AS bytes FROM stripes WHERE entry = 1 AND live * 2 < length';
    return this.#one<{ bytes: number }>(sql)?.bytes ?? 0;
  }

  #asStripe(row: StripeRow): Stripe {
    const shards = this.#all<{ idx: number; digest: string; lease_id: string; disk_id: string }>(
      'SELECT idx, digest, lease_id, disk_id FROM shards WHERE stripe_id = ? ORDER BY idx',
      row.stripe_id,
    );
    return {
      stripeId: row.stripe_id,
      dataShards: row.data_shards,
      parityShards: row.parity_shards,
      length: row.length,
      shardSize: row.shard_size,
      shards: shards.map((shard) => ({
        index: shard.idx,
        digest: shard.digest,
        leaseId: shard.lease_id,
        diskId: shard.disk_id,
      })),
    };
  }

  holdsEntry(stripeId: string): boolean {
    return (
      this.#one<{ entry: number }>('SELECT entry FROM stripes WHERE stripe_id = ?', stripeId)?.entry === 1
    );
  }

  mirrors(): readonly LeaseMirror[] {
    const placed = this.#placedShards();
    return this.#all<{ lease_id: string; disk_id: string; revision: string }>(
      'SELECT lease_id, disk_id, revision FROM leases',
    ).map(({ lease_id: leaseId, disk_id: diskId, revision }) => ({
      leaseId,
      diskId,
      revision: BigInt(revision),
      shards: placed.get(leaseId) ?? [],
    }));
  }

  /** Vectors of all leases, from one walk along both tables: asking lease by lease would jump about in them. */
  #placedShards(): Map<string, VectorShard[]> {
    const sql = `SELECT s.lease_id AS leaseId, s.position AS position, s.stripe_id AS stripeId, s.idx AS "index",
      s.digest AS digest, t.shard_size AS size FROM stripes t CROSS JOIN shards s USING (stripe_id)
      WHERE s.position IS NOT NULL`;
    const vectors = new Map<string, VectorShard[]>();
    const take = ({ leaseId, position, stripeId, index, digest, size }: Leftover) => {
      const vector = vectors.get(leaseId) ?? [];
      vectors.set(leaseId, vector);
      vector[position] = { stripeId, index, digest, size };
    };
    for (const row of this.#db.prepare(sql).iterate()) take(row as unknown as Leftover);
    for (const leftover of this.leftovers()) take(leftover);
    return vectors;
  }

  leftovers(): readonly Leftover[] {
    const sql = `SELECT lease_id AS leaseId, position, stripe_id AS stripeId, idx AS "index", digest, size
      FROM leftovers ORDER BY lease_id, position`;
    return this.#all<Leftover>(sql).map((row) => ({ ...row }));
  }

  versionsIn(stripeId: string): readonly string[] {
    const sql = 'SELECT version_id FROM extents JOIN versions USING (seq) WHERE stripe_id = ?';
    return this.#all<{ version_id: string }>(sql, stripeId).map((row) => row.version_id);
  }

  usage(): Usage {
    const sql = `SELECT objects, versions, bytes AS logicalBytes, live AS liveBytes, stored AS storedBytes, stripes
      FROM totals`;
    return { ...(this.#one<Usage>(sql) as Usage) };
  }

  close(): void {
    this.#db.close();
    this.#writeBack?.close();
  }
}

function parsed<T>(shape: Shape<T>, text: string | undefined): T | undefined {
  return text === undefined ? undefined : parseJson(shape, text);
}

function asVersion(row: VersionRow | undefined): Version | undefined {
  if (row === undefined) return undefined;
  return {
    ...(JSON.parse(row.listed) as Omit<Version, 'streams'>),
    streams: parseJson(streamsShape, row.streams),
  };
}

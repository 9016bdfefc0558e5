import type { DatabaseSync } from 'node:sqlite';
import { type Entry, sha256, tuple } from '@dstore/chaincode/domain';
import type { Bucket, CatalogDelta, Extent, Flush, Version } from '../../core/delta.js';
import type { LeaseVector, Losses } from '../../ports/catalog.js';
import { type CatalogWriter, written } from './catalog-writer.js';

type Value = string | number;
type VersionName = Losses['versions'][number];

type Writer = Pick<CatalogWriter, 'restateStructure' | 'takeCatalog' | 'forgetEntries'>;

/** A position of a vector that no shard of the catalog has taken yet. */
interface Place {
  readonly vector: LeaseVector;
  readonly position: number;
  readonly entry: Entry;
}

interface ShardRow {
  readonly stripe_id: string;
  readonly idx: number;
  readonly digest: string;
  readonly lease_id: string;
  readonly shard_size: number;
}

const nothing: Omit<CatalogDelta, 'revision'> = {
  format: 1,
  buckets: [],
  droppedBuckets: [],
  versions: [],
  droppedVersions: [],
};

/**
 * Brings the tables of a catalog past flushes that are missing. Later flushes say what they brought and dropped, not where
 * it stands in the vectors: that is taken from the vectors themselves, by digest. What lies in no vector any more is gone.
 * The caller wraps it in a transaction.
 */
export class CatalogSalvage {
  readonly #db: DatabaseSync;
  readonly #writer: Writer;
  readonly #lost = new Map<string, VersionName>();

  constructor(db: DatabaseSync, writer: Writer) {
    this.#db = db;
    this.#writer = writer;
  }

  run(revision: bigint, flushes: readonly Flush[], vectors: readonly LeaseVector[]): Losses {
    for (const flush of flushes) this.#take(flush);
    this.#forgetEntries();
    this.#place(vectors);
    this.#dropVersions(this.#unreadable());
    for (const version of this.#overwritten()) this.#drop(version.versionId);
    const buckets = this.#strayBuckets().filter((bucket) => this.#makeBucket(bucket));
    this.#run("INSERT OR REPLACE INTO state (name, value) VALUES ('revision', ?)", revision.toString());
    this.#run('DELETE FROM intent');
    return { versions: [...this.#lost.values()], buckets };
  }

  #take({ catalog, structure, locator }: Flush): void {
    const stripes = [...structure.stripes, ...locator.stripes].filter(
      ({ stripeId }) => !this.#knows(stripeId),
    );
    this.#writer.restateStructure({ ...structure, stripes, leftovers: [], leases: [] });
    for (const { stripeId, shard } of structure.moves) {
      if (!this.#knows(stripeId)) continue;
      const { index, digest, leaseId, diskId } = shard;
      this.#run('DELETE FROM shards WHERE stripe_id = ? AND idx = ?', stripeId, index);
      const sql = 'INSERT INTO shards VALUES (?, ?, ?, ?, ?, NULL)';
      this.#run(sql, stripeId, index, digest, leaseId, diskId);
    }
    for (const leaseId of structure.droppedLeases)
      this.#run('DELETE FROM shards WHERE lease_id = ?', leaseId);
    for (const versionId of catalog.droppedVersions) this.#lost.delete(versionId);
    const lies = (extents: readonly Extent[]) => extents.every(({ stripeId }) => this.#knows(stripeId));
    const whole = ({ streams }: Version) => streams.every(({ extents }) => lies(extents));
    for (const version of catalog.versions) if (!whole(version)) this.#note(version);
    const relocations = (catalog.relocations ?? []).filter(({ extents }) =>
      extents.every(({ to }) => lies(to)),
    );
    const versions = catalog.versions.filter(whole);
    this.#writer.takeCatalog({ ...catalog, versions, relocations });
    for (const stripeId of structure.droppedStripes)
      for (const table of ['shards', 'stripes'])
        this.#run(`DELETE FROM ${table} WHERE stripe_id = ?`, stripeId);
  }

  #knows(stripeId: string): boolean {
    return this.#all('SELECT 1 FROM stripes WHERE stripe_id = ?', stripeId).length > 0;
  }

  #note({ bucket, key, versionId }: VersionName): void {
    this.#lost.set(versionId, { bucket, key, versionId });
  }

  #forgetEntries(): void {
    this.#writer.forgetEntries();
    for (const table of ['leftovers', 'leases']) this.#run(`DELETE FROM ${table}`);
    this.#run('UPDATE shards SET position = NULL');
  }

  /** A shard stays where the catalog believes it, or is where else its digest stands; one that stands nowhere is gone. */
  #place(vectors: readonly LeaseVector[]): void {
    const free = placesOf(vectors);
    const shards = this.#all<ShardRow>(
      'SELECT s.stripe_id, s.idx, s.digest, s.lease_id, t.shard_size FROM shards s LEFT JOIN stripes t USING (stripe_id)',
    );
    for (const { stripe_id: stripeId, idx, digest, lease_id: leaseId, shard_size: size } of shards) {
      const fitting = (free.get(digest) ?? []).filter(({ entry }) => entry.size === size);
      const place = fitting.find(({ vector }) => vector.leaseId === leaseId) ?? fitting[0];
      if (place === undefined) {
        this.#run('DELETE FROM shards WHERE stripe_id = ? AND idx = ?', stripeId, idx);
        continue;
      }
      free.set(
        digest,
        (free.get(digest) ?? []).filter((one) => one !== place),
      );
      const { vector, position } = place;
      const sql = 'UPDATE shards SET lease_id = ?, disk_id = ?, position = ? WHERE stripe_id = ? AND idx = ?';
      this.#run(sql, vector.leaseId, vector.diskId, position, stripeId, idx);
    }
    for (const place of [...free.values()].flat()) this.#addLeftover(place);
    for (const { leaseId, diskId, revision, entries } of vectors)
      this.#run(
        'INSERT INTO leases VALUES (?, ?, ?, ?)',
        leaseId,
        diskId,
        revision.toString(),
        entries.length,
      );
  }

  /** No stripe tells of it: it is named by its place, until its provider lets it go. */
  #addLeftover({ vector: { leaseId, revision }, position, entry: { digest, size } }: Place): void {
    const name = sha256(tuple('dstore/v1/stray', leaseId, revision, BigInt(position))).toString('hex');
    const sql =
      'INSERT INTO leftovers (lease_id, position, stripe_id, idx, digest, size) VALUES (?, ?, ?, 0, ?, ?)';
    this.#run(sql, leaseId, position, name.slice(0, 32), digest, size);
  }

  /** Versions with an extent in a stripe that can't be rebuilt from what the vectors hold. */
  #unreadable(): VersionName[] {
    return this.#names(`WHERE seq IN (
      SELECT seq FROM extents e LEFT JOIN stripes t USING (stripe_id) WHERE t.stripe_id IS NULL
      OR (SELECT COUNT(*) FROM shards s WHERE s.stripe_id = e.stripe_id) < t.data_shards)`);
  }

  /** What only a missing flush dropped: nothing is behind the newest version of such a bucket. */
  #overwritten(): VersionName[] {
    return this.#names(`WHERE current = 0 AND bucket IN (
      SELECT bucket FROM buckets WHERE json_extract(body, '$.versions') = 'latest')`);
  }

  #names(where: string, ...values: Value[]): VersionName[] {
    const rows = this.#all<{ bucket: string; key: string; version_id: string }>(
      `SELECT bucket, key, version_id FROM versions ${where} ORDER BY seq`,
      ...values,
    );
    return rows.map(({ bucket, key, version_id: versionId }) => ({ bucket, key, versionId }));
  }

  #dropVersions(versions: readonly VersionName[]): void {
    for (const version of versions) {
      this.#note(version);
      this.#drop(version.versionId);
    }
  }

  #drop(versionId: string): void {
    this.#writer.takeCatalog({ ...nothing, revision: 0n, droppedVersions: [versionId] });
  }

  #strayBuckets(): string[] {
    const rows = this.#all<{ bucket: string }>(
      'SELECT DISTINCT bucket FROM versions WHERE bucket NOT IN (SELECT bucket FROM buckets) ORDER BY bucket',
    );
    return rows.map(({ bucket }) => bucket);
  }

  /** With the geometry of what lies in it; one in which nothing but markers lies is left out. */
  #makeBucket(bucket: string): boolean {
    const [found] = this.#all<{ data: number; parity: number; created: number }>(
      `SELECT t.data_shards AS data, t.parity_shards AS parity, json_extract(v.listed, '$.modified') AS created
       FROM versions v JOIN extents e USING (seq) JOIN stripes t USING (stripe_id) WHERE bucket = ? LIMIT 1`,
      bucket,
    );
    if (found === undefined) {
      for (const { versionId } of this.#names('WHERE bucket = ?', bucket)) this.#drop(versionId);
      return false;
    }
    const { data: dataShards, parity: parityShards, created } = found;
    const made: Bucket = { bucket, dataShards, parityShards, versions: 'keep', created };
    this.#run('INSERT INTO buckets (bucket, body) VALUES (?, ?)', bucket, written(made));
    return true;
  }

  #run(sql: string, ...values: Value[]): void {
    this.#db.prepare(sql).run(...values);
  }

  #all<T>(sql: string, ...values: Value[]): T[] {
    return this.#db.prepare(sql).all(...values) as T[];
  }
}

function placesOf(vectors: readonly LeaseVector[]): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  for (const vector of vectors)
    for (const [position, entry] of vector.entries.entries())
      places.set(entry.digest, [...(places.get(entry.digest) ?? []), { vector, position, entry }]);
  return places;
}

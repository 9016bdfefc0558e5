import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { canonicalJson, type JsonValue } from '@dstore/chaincode/domain';
import type {
  Bucket,
  CatalogDelta,
  Flush,
  Shard,
  Step,
  Stripe,
  StructureDelta,
  Version,
} from '../../core/delta.js';

/** JSON as the catalog keeps it. */
export function written(value: unknown): string {
  return canonicalJson(value as JsonValue);
}

/** Applies flushes to the tables of a catalog. The caller wraps it in a transaction. */
export class CatalogWriter {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  #run(sql: string, ...values: (string | number | null)[]): void {
    this.#prepare(sql).run(...values);
  }

  #get<T>(sql: string, ...values: (string | number)[]): T | undefined {
    return this.#prepare(sql).get(...values) as T | undefined;
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  /** Structure first: versions count their bytes in stripes that must be there. */
  write({ catalog, structure, locator }: Flush): void {
    this.#structure(structure);
    for (const stripe of locator.stripes) this.#addStripe(stripe, 1);
    this.#place(structure, locator.stripes);
    for (const entry of [locator.catalog, locator.structure]) {
      for (const { stripeId, length } of entry.extents) this.#live(stripeId, length);
    }
    this.#run(
      'INSERT INTO locators (revision, body) VALUES (?, ?)',
      Number(locator.revision),
      written(locator),
    );
    this.#catalog(catalog);
    for (const stripeId of structure.droppedStripes) {
      this.#run('DELETE FROM shards WHERE stripe_id = ?', stripeId);
      this.#run('DELETE FROM stripes WHERE stripe_id = ?', stripeId);
    }
    this.#run(
      "INSERT INTO state (name, value) VALUES ('revision', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      catalog.revision.toString(),
    );
  }

  #structure(structure: StructureDelta): void {
    for (const stripe of structure.stripes) this.#addStripe(stripe, 0);
    for (const { stripeId, shard } of structure.moves) {
      this.#run('DELETE FROM shards WHERE stripe_id = ? AND idx = ?', stripeId, shard.index);
      this.#addShard(stripeId, shard);
    }
    for (const leaseId of structure.droppedLeases) {
      this.#run('DELETE FROM shards WHERE lease_id = ?', leaseId);
      this.#run('DELETE FROM leases WHERE lease_id = ?', leaseId);
    }
  }

  #addStripe(stripe: Stripe, entry: 0 | 1): void {
    const { stripeId, dataShards, parityShards, length, shardSize } = stripe;
    this.#run(
      'INSERT INTO stripes (stripe_id, data_shards, parity_shards, length, shard_size, live, entry) VALUES (?, ?, ?, ?, ?, 0, ?)',
      stripeId,
      dataShards,
      parityShards,
      length,
      shardSize,
      entry,
    );
    for (const shard of stripe.shards) this.#addShard(stripeId, shard);
  }

  #addShard(stripeId: string, { index, digest, leaseId, diskId }: Shard): void {
    const sql =
      'INSERT INTO shards (stripe_id, idx, digest, lease_id, disk_id, position) VALUES (?, ?, ?, ?, ?, NULL)';
    this.#run(sql, stripeId, index, digest, leaseId, diskId);
  }

  /** Gives shards their positions: each lease's steps, then the shards of the stripes that hold the entries. */
  #place(structure: StructureDelta, last: readonly Stripe[]): void {
    const steps = new Map<string, { diskId: string; steps: Step[] }>();
    const of = (leaseId: string, diskId: string) => {
      const known = steps.get(leaseId) ?? { diskId, steps: [] };
      steps.set(leaseId, known);
      return known.steps;
    };
    for (const lease of structure.leases) of(lease.leaseId, lease.diskId).push(...lease.steps);
    for (const { stripeId, shards } of last) {
      for (const { index, leaseId, diskId } of shards)
        of(leaseId, diskId).push({ append: { stripeId, index } });
    }
    for (const [leaseId, lease] of steps) this.#placeLease(leaseId, lease.diskId, lease.steps);
  }

  #placeLease(leaseId: string, diskId: string, steps: readonly Step[]): void {
    const row = this.#get<{ revision: string; count: number }>(
      'SELECT revision, count FROM leases WHERE lease_id = ?',
      leaseId,
    );
    let count = row?.count ?? 0;
    for (const { append, remove } of steps) {
      if (append !== undefined) {
        const sql = 'UPDATE shards SET position = ? WHERE stripe_id = ? AND idx = ? AND lease_id = ?';
        this.#run(sql, count, append.stripeId, append.index, leaseId);
        count += 1;
      }
      if (remove !== undefined) {
        count -= 1;
        this.#run('DELETE FROM shards WHERE lease_id = ? AND position = ?', leaseId, remove);
        this.#run(
          'UPDATE shards SET position = ? WHERE lease_id = ? AND position = ?',
          remove,
          leaseId,
          count,
        );
      }
    }
    const sql = `INSERT INTO leases (lease_id, disk_id, revision, count) VALUES (?, ?, ?, ?)
      ON CONFLICT (lease_id) DO UPDATE SET revision = excluded.revision, count = excluded.count`;
    this.#run(sql, leaseId, diskId, (BigInt(row?.revision ?? '0') + 1n).toString(), count);
  }

  #live(stripeId: string, bytes: number): void {
    this.#run('UPDATE stripes SET live = live + ? WHERE stripe_id = ?', bytes, stripeId);
  }

  #catalog(delta: CatalogDelta): void {
    for (const bucket of delta.buckets) this.#putBucket(bucket);
    for (const versionId of delta.droppedVersions) this.#dropVersion(versionId);
    for (const version of delta.versions) this.#addVersion(version);
    for (const bucket of delta.droppedBuckets) this.#run('DELETE FROM buckets WHERE bucket = ?', bucket);
  }

  #putBucket(bucket: Bucket): void {
    const sql =
      'INSERT INTO buckets (bucket, body) VALUES (?, ?) ON CONFLICT (bucket) DO UPDATE SET body = excluded.body';
    this.#run(sql, bucket.bucket, written(bucket));
  }

  #addVersion(version: Version): void {
    const { streams, ...listed } = version;
    const { versionId, bucket, key, bytes, marker } = version;
    this.#run('UPDATE versions SET current = 0 WHERE bucket = ? AND key = ? AND current = 1', bucket, key);
    const sql = `INSERT INTO versions (version_id, bucket, key, current, marker, bytes, listed, streams)
      VALUES (?, ?, ?, 1, ?, ?, ?, ?)`;
    this.#run(
      sql,
      versionId,
      bucket,
      key,
      marker === 'yes' ? 1 : 0,
      bytes,
      written(listed),
      written(streams),
    );
    for (const { stripeId, length } of streams.flatMap((stream) => stream.extents)) {
      this.#run(
        'INSERT INTO extents (version_id, stripe_id, length) VALUES (?, ?, ?)',
        versionId,
        stripeId,
        length,
      );
      this.#live(stripeId, length);
    }
  }

  /** What was hidden behind a dropped current version becomes current. */
  #dropVersion(versionId: string): void {
    const row = this.#get<{ bucket: string; key: string; current: number }>(
      'SELECT bucket, key, current FROM versions WHERE version_id = ?',
      versionId,
    );
    if (row === undefined) return;
    this.#run(
      'UPDATE stripes SET live = live - (SELECT SUM(length) FROM extents e WHERE e.version_id = ? AND e.stripe_id = stripes.stripe_id) WHERE stripe_id IN (SELECT stripe_id FROM extents WHERE version_id = ?)',
      versionId,
      versionId,
    );
    this.#run('DELETE FROM extents WHERE version_id = ?', versionId);
    this.#run('DELETE FROM versions WHERE version_id = ?', versionId);
    if (row.current === 0) return;
    const sql = `UPDATE versions SET current = 1 WHERE seq = (SELECT MAX(seq) FROM versions WHERE bucket = ? AND key = ?)`;
    this.#run(sql, row.bucket, row.key);
  }
}

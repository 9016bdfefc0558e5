import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { canonicalJson, type JsonValue } from '@dstore/chaincode/domain';
import type {
  Bucket,
  CatalogDelta,
  Checkpoint,
  Flush,
  Leftover,
  Locator,
  Relocation,
  Shard,
  Step,
  Stripe,
  StructureDelta,
  Version,
} from '../../core/delta.js';
import { relocated } from '../../core/relocation.js';
import { dropIndexes, restoreIndexes } from './catalog-schema.js';

type StreamPair = Pick<Locator, 'catalog' | 'structure'> | Checkpoint;

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
    if (structure.checkpoint !== undefined) this.#supersede(structure.checkpoint, locator.revision);
    for (const stripe of locator.stripes) this.#addStripe(stripe, 1);
    this.#placeShards(structure, locator.stripes);
    this.#liveStreams(locator, 1);
    const bytes = locator.catalog.sealedBytes + locator.structure.sealedBytes;
    this.#run(
      'INSERT INTO locators (revision, body, bytes) VALUES (?, ?, ?)',
      Number(locator.revision),
      written(locator),
      bytes,
    );
    this.#catalog(catalog);
    for (const stripeId of structure.droppedStripes) {
      this.#run('DELETE FROM shards WHERE stripe_id = ?', stripeId);
      this.#run('DELETE FROM stripes WHERE stripe_id = ?', stripeId);
    }
    this.#setState('revision', catalog.revision.toString());
  }

  /** Empties the catalog; what follows are parts of a checkpoint, then {@link endRestoring}. */
  beginRestoring(revision: bigint): void {
    dropIndexes(this.#db);
    for (const table of ['state', 'buckets', 'versions', 'extents', 'stripes', 'shards', 'leases'])
      this.#run(`DELETE FROM ${table}`);
    for (const table of ['leftovers', 'locators', 'intent']) this.#run(`DELETE FROM ${table}`);
    this.#setState('revision', revision.toString());
  }

  /** Makes what was restored whole: indexes, totals, and which version of each key is current. */
  endRestoring(): void {
    restoreIndexes(this.#db);
  }

  /** Takes over a part of a checkpoint's structure. */
  restateStructure(structure: StructureDelta): void {
    for (const stripe of structure.stripes) this.#addStripe(stripe, 0);
    for (const leftover of structure.leftovers ?? []) this.#addLeftover(leftover);
    for (const { leaseId, diskId, steps, revision } of structure.leases)
      this.#placeLease(leaseId, diskId, steps, revision);
  }

  /** Takes over a part of a checkpoint's catalog; the stripes it lies in must be there. */
  restateCatalog({ buckets, versions }: CatalogDelta): void {
    for (const bucket of buckets) this.#putBucket(bucket);
    for (const version of versions) this.#insertVersion(version);
  }

  #setState(name: string, value: string): void {
    const sql =
      'INSERT INTO state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value';
    this.#run(sql, name, value);
  }

  /** Takes over the catalog's half of a flush, and nothing else of it; the stripes that versions lie in must be there. */
  takeCatalog(delta: CatalogDelta): void {
    this.#catalog(delta);
  }

  /** Entries and checkpoint so far live no longer. */
  forgetEntries(): void {
    const bodies = this.#prepare('SELECT body FROM locators').all() as { body: string }[];
    for (const { body } of bodies) this.#liveStreams(JSON.parse(body) as StreamPair, -1);
    const former = this.#get<{ value: string }>("SELECT value FROM state WHERE name = 'checkpoint'");
    if (former !== undefined) this.#liveStreams(JSON.parse(former.value) as StreamPair, -1);
    this.#run('DELETE FROM locators');
    this.#run("DELETE FROM state WHERE name IN ('checkpoint', 'checkpoint-revision')");
    this.#run('UPDATE stripes SET entry = 0 WHERE entry = 1');
  }

  /** What the new checkpoint, whose stripes are there, makes needless lives no longer; it does. */
  #supersede(checkpoint: Checkpoint, revision: bigint): void {
    this.forgetEntries();
    this.#liveStreams(checkpoint, 1);
    for (const { stripeId } of [...checkpoint.catalog.extents, ...checkpoint.structure.extents])
      this.#run('UPDATE stripes SET entry = 1 WHERE stripe_id = ?', stripeId);
    this.#setState('checkpoint', written(checkpoint));
    this.#setState('checkpoint-revision', revision.toString());
  }

  #liveStreams({ catalog, structure }: StreamPair, sign: 1 | -1): void {
    for (const { stripeId, length } of [...catalog.extents, ...structure.extents])
      this.#live(stripeId, sign * length);
  }

  #structure(structure: StructureDelta): void {
    for (const stripe of structure.stripes) this.#addStripe(stripe, 0);
    for (const { stripeId, shard } of structure.moves) this.#move(stripeId, shard);
    for (const leaseId of structure.droppedLeases) {
      this.#run('DELETE FROM shards WHERE lease_id = ?', leaseId);
      this.#run('DELETE FROM leftovers WHERE lease_id = ?', leaseId);
      this.#run('DELETE FROM leases WHERE lease_id = ?', leaseId);
    }
  }

  /** The former lease's vector keeps its entry until a step removes it; one that comes back takes its old entry again. */
  #move(stripeId: string, shard: Shard): void {
    const keep = `INSERT INTO leftovers (lease_id, position, stripe_id, idx, digest, size)
      SELECT s.lease_id, s.position, s.stripe_id, s.idx, s.digest, t.shard_size FROM shards s JOIN stripes t USING (stripe_id)
      WHERE s.stripe_id = ? AND s.idx = ? AND s.position IS NOT NULL`;
    this.#run(keep, stripeId, shard.index);
    this.#run('DELETE FROM shards WHERE stripe_id = ? AND idx = ?', stripeId, shard.index);
    this.#addShard(stripeId, shard);
    const back = 'FROM leftovers WHERE stripe_id = ? AND idx = ? AND lease_id = ?';
    const place = [stripeId, shard.index, shard.leaseId] as const;
    const found = this.#get<{ position: number }>(`SELECT position ${back}`, ...place);
    if (found === undefined) return;
    this.#run(`DELETE ${back}`, ...place);
    const sql = 'UPDATE shards SET position = ? WHERE stripe_id = ? AND idx = ? AND lease_id = ?';
    this.#run(sql, found.position, ...place);
  }

  #addLeftover({ leaseId, position, stripeId, index, digest, size }: Leftover): void {
    const sql =
      'INSERT INTO leftovers (lease_id, position, stripe_id, idx, digest, size) VALUES (?, ?, ?, ?, ?, ?)';
    this.#run(sql, leaseId, position, stripeId, index, digest, size);
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
  #placeShards(structure: StructureDelta, last: readonly Stripe[]): void {
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

  /** One revision on unless it is said. */
  #placeLease(leaseId: string, diskId: string, steps: readonly Step[], revision?: bigint): void {
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
        for (const table of ['shards', 'leftovers']) {
          this.#run(`DELETE FROM ${table} WHERE lease_id = ? AND position = ?`, leaseId, remove);
          const sql = `UPDATE ${table} SET position = ? WHERE lease_id = ? AND position = ?`;
          this.#run(sql, remove, leaseId, count);
        }
      }
    }
    const sql = `INSERT INTO leases (lease_id, disk_id, revision, count) VALUES (?, ?, ?, ?)
      ON CONFLICT (lease_id) DO UPDATE SET revision = excluded.revision, count = excluded.count`;
    const next = revision ?? BigInt(row?.revision ?? '0') + 1n;
    this.#run(sql, leaseId, diskId, next.toString(), count);
  }

  #live(stripeId: string, bytes: number): void {
    this.#run('UPDATE stripes SET live = live + ? WHERE stripe_id = ?', bytes, stripeId);
  }

  #catalog(delta: CatalogDelta): void {
    for (const bucket of delta.buckets) this.#putBucket(bucket);
    for (const relocation of delta.relocations ?? []) this.#relocate(relocation);
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
    const { bucket, key } = version;
    this.#run('UPDATE versions SET current = 0 WHERE bucket = ? AND key = ? AND current = 1', bucket, key);
    this.#insertVersion(version);
  }

  #insertVersion(version: Version): void {
    const { streams, ...listed } = version;
    const { versionId, bucket, key, bytes, marker } = version;
    const sql = `INSERT INTO versions (version_id, bucket, key, current, marker, bytes, listed, streams)
      VALUES (?, ?, ?, 1, ?, ?, ?, ?)`;
    const isMarker = marker === 'yes' ? 1 : 0;
    const { lastInsertRowid } = this.#prepare(sql).run(
      ...[versionId, bucket, key, isMarker, bytes, written(listed), written(streams)],
    );
    this.#place(Number(lastInsertRowid), streams);
  }

  /** Counts a version's bytes in the stripes it lies in. */
  #place(seq: number, streams: Version['streams']): void {
    for (const [stripeId, length] of lengths(streams)) {
      this.#run('INSERT INTO extents (stripe_id, seq) VALUES (?, ?)', stripeId, seq);
      this.#live(stripeId, length);
    }
  }

  #displace(seq: number, streams: Version['streams']): void {
    for (const [stripeId, length] of lengths(streams)) {
      this.#run('DELETE FROM extents WHERE stripe_id = ? AND seq = ?', stripeId, seq);
      this.#live(stripeId, -length);
    }
  }

  /** A version keeps its place among others of its key, and lies elsewhere. */
  #relocate({ versionId, extents }: Relocation): void {
    const row = this.#version(versionId);
    if (row === undefined) return;
    const streams = JSON.parse(row.streams) as Version['streams'];
    const moved = relocated(streams, extents);
    this.#displace(row.seq, streams);
    this.#run('UPDATE versions SET streams = ? WHERE seq = ?', written(moved), row.seq);
    this.#place(row.seq, moved);
  }

  #version(versionId: string): VersionRow | undefined {
    const sql = 'SELECT seq, bucket, key, current, streams FROM versions WHERE version_id = ?';
    return this.#get<VersionRow>(sql, versionId);
  }

  /** What was hidden behind a dropped current version becomes current. */
  #dropVersion(versionId: string): void {
    const row = this.#version(versionId);
    if (row === undefined) return;
    this.#displace(row.seq, JSON.parse(row.streams) as Version['streams']);
    this.#run('DELETE FROM versions WHERE seq = ?', row.seq);
    if (row.current === 0) return;
    const sql = `UPDATE versions SET current = 1 WHERE seq = (SELECT MAX(seq) FROM versions WHERE bucket = ? AND key = ?)`;
    this.#run(sql, row.bucket, row.key);
  }
}

interface VersionRow {
  readonly seq: number;
  readonly bucket: string;
  readonly key: string;
  readonly current: number;
  readonly streams: string;
}

/** Bytes of a version in each stripe it lies in. */
function lengths(streams: Version['streams']): Map<string, number> {
  const found = new Map<string, number>();
  for (const { stripeId, length } of streams.flatMap((stream) => stream.extents))
    found.set(stripeId, (found.get(stripeId) ?? 0) + length);
  return found;
}

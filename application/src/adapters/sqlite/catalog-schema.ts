import type { DatabaseSync } from 'node:sqlite';

/** Steps from one format of the catalog to the next; a catalog has gone through the first `user_version` of them. */
const migrations = [
  `
  CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE buckets (bucket TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE versions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, version_id TEXT NOT NULL UNIQUE, bucket TEXT NOT NULL, key TEXT NOT NULL,
    current INTEGER NOT NULL, marker INTEGER NOT NULL, bytes INTEGER NOT NULL, listed TEXT NOT NULL, streams TEXT NOT NULL);
  CREATE INDEX versions_by_key ON versions (bucket, key, seq DESC);
  CREATE UNIQUE INDEX versions_current ON versions (bucket, key) WHERE current = 1;
  CREATE TABLE extents (version_id TEXT NOT NULL, stripe_id TEXT NOT NULL, length INTEGER NOT NULL);
  CREATE INDEX extents_by_stripe ON extents (stripe_id);
  CREATE INDEX extents_by_version ON extents (version_id);
  CREATE TABLE stripes (
    stripe_id TEXT PRIMARY KEY, data_shards INTEGER NOT NULL, parity_shards INTEGER NOT NULL, length INTEGER NOT NULL,
    shard_size INTEGER NOT NULL, live INTEGER NOT NULL, entry INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX stripes_dead ON stripes (stripe_id) WHERE live = 0;
  CREATE TABLE shards (
    stripe_id TEXT NOT NULL, idx INTEGER NOT NULL, digest TEXT NOT NULL, lease_id TEXT NOT NULL, disk_id TEXT NOT NULL,
    position INTEGER, PRIMARY KEY (stripe_id, idx)) WITHOUT ROWID;
  CREATE INDEX shards_by_place ON shards (lease_id, position);
  CREATE TABLE leases (lease_id TEXT PRIMARY KEY, disk_id TEXT NOT NULL, revision TEXT NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE locators (revision INTEGER PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE intent (one INTEGER PRIMARY KEY CHECK (one = 1), revision TEXT NOT NULL, head_digest TEXT NOT NULL, catalog TEXT NOT NULL, structure TEXT NOT NULL, locator TEXT NOT NULL);
  `,
  `
  CREATE TABLE leftovers (
    lease_id TEXT NOT NULL, position INTEGER NOT NULL, stripe_id TEXT NOT NULL, idx INTEGER NOT NULL, digest TEXT NOT NULL,
    size INTEGER NOT NULL, PRIMARY KEY (lease_id, position)) WITHOUT ROWID;
  ALTER TABLE locators ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  `,
];

/** Brings a catalog to this version's format; throws for one that a newer version wrote. */
export function migrate(db: DatabaseSync): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > migrations.length)
    throw new Error(`the catalog has format ${version}; this version of DStore knows ${migrations.length}`);
  for (const [index, step] of migrations.slice(version).entries()) {
    db.exec(`BEGIN; ${step} PRAGMA user_version = ${version + index + 1}; COMMIT`);
  }
}

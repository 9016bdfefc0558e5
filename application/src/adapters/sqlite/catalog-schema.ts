import type { DatabaseSync } from 'node:sqlite';

// One index in the order of keys and one of ids that grow with time: a put touches one page that others do not, however
// many objects there are. What follows the key's version is there so that a listing looks at no row it does not show.
const versionIndexes = `
  CREATE UNIQUE INDEX versions_by_id ON versions (version_id);
  CREATE UNIQUE INDEX versions_by_key ON versions (bucket, key, seq DESC, current, marker);
`;

const countTotals = `
  INSERT OR REPLACE INTO totals (one, objects, versions, bytes, stripes, live, stored) SELECT 1,
    (SELECT COUNT(*) FROM versions WHERE current AND NOT marker), (SELECT COUNT(*) FROM versions),
    (SELECT COALESCE(SUM(bytes), 0) FROM versions), (SELECT COUNT(*) FROM stripes),
    (SELECT COALESCE(SUM(live), 0) FROM stripes),
    (SELECT COALESCE(SUM(t.shard_size), 0) FROM shards s JOIN stripes t USING (stripe_id));
`;

const shardSizeOf = (row: string) => `(SELECT shard_size FROM stripes WHERE stripe_id = ${row}.stripe_id)`;

const totalTriggers = `
  CREATE TRIGGER version_added AFTER INSERT ON versions BEGIN UPDATE totals SET
    objects = objects + (NEW.current AND NOT NEW.marker), versions = versions + 1, bytes = bytes + NEW.bytes; END;
  CREATE TRIGGER version_turned AFTER UPDATE OF current ON versions BEGIN UPDATE totals SET
    objects = objects + (NEW.current AND NOT NEW.marker) - (OLD.current AND NOT OLD.marker); END;
  CREATE TRIGGER version_dropped AFTER DELETE ON versions BEGIN UPDATE totals SET
    objects = objects - (OLD.current AND NOT OLD.marker), versions = versions - 1, bytes = bytes - OLD.bytes; END;
  CREATE TRIGGER stripe_added AFTER INSERT ON stripes BEGIN UPDATE totals SET
    stripes = stripes + 1, live = live + NEW.live; END;
  CREATE TRIGGER stripe_turned AFTER UPDATE OF live ON stripes BEGIN UPDATE totals SET
    live = live + NEW.live - OLD.live; END;
  CREATE TRIGGER stripe_dropped AFTER DELETE ON stripes BEGIN UPDATE totals SET
    stripes = stripes - 1, live = live - OLD.live; END;
  CREATE TRIGGER shard_added AFTER INSERT ON shards BEGIN UPDATE totals SET
    stored = stored + ${shardSizeOf('NEW')}; END;
  CREATE TRIGGER shard_dropped AFTER DELETE ON shards BEGIN UPDATE totals SET
    stored = stored - ${shardSizeOf('OLD')}; END;
`;

// Sorted by bucket in one walk along the rows: looking them up in the order of keys would jump about in the file.
const countHoldings = `
  INSERT INTO holdings (bucket, objects, versions, bytes) SELECT bucket, SUM(current AND NOT marker), COUNT(*), SUM(bytes)
    FROM versions GROUP BY +bucket;
`;

const holdingTriggers = `
  CREATE TRIGGER holding_added AFTER INSERT ON versions BEGIN
    INSERT INTO holdings (bucket, objects, versions, bytes) VALUES (NEW.bucket, NEW.current AND NOT NEW.marker, 1, NEW.bytes)
    ON CONFLICT (bucket) DO UPDATE SET objects = objects + excluded.objects, versions = versions + 1,
      bytes = bytes + excluded.bytes; END;
  CREATE TRIGGER holding_turned AFTER UPDATE OF current ON versions BEGIN UPDATE holdings SET
    objects = objects + (NEW.current AND NOT NEW.marker) - (OLD.current AND NOT OLD.marker) WHERE bucket = NEW.bucket; END;
  CREATE TRIGGER holding_dropped AFTER DELETE ON versions BEGIN
    UPDATE holdings SET objects = objects - (OLD.current AND NOT OLD.marker), versions = versions - 1,
      bytes = bytes - OLD.bytes WHERE bucket = OLD.bucket;
    DELETE FROM holdings WHERE bucket = OLD.bucket AND versions = 0; END;
`;

const triggerNames = ['version', 'stripe', 'holding'].flatMap((row) =>
  ['added', 'turned', 'dropped'].map((what) => `${row}_${what}`),
);

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
  // For ten million objects: rows at the end of their tables, one index by key, extents found by stripe only, totals kept.
  `
  CREATE TABLE rows (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, version_id TEXT NOT NULL, bucket TEXT NOT NULL, key TEXT NOT NULL,
    current INTEGER NOT NULL, marker INTEGER NOT NULL, bytes INTEGER NOT NULL, listed TEXT NOT NULL, streams TEXT NOT NULL);
  INSERT INTO rows SELECT seq, version_id, bucket, key, current, marker, bytes, listed, streams FROM versions ORDER BY seq;
  CREATE TABLE places (stripe_id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (stripe_id, seq)) WITHOUT ROWID;
  INSERT OR IGNORE INTO places SELECT e.stripe_id, v.seq FROM extents e JOIN versions v USING (version_id);
  DROP TABLE extents;
  DROP TABLE versions;
  ALTER TABLE rows RENAME TO versions;
  ALTER TABLE places RENAME TO extents;
  CREATE INDEX stripes_sparse ON stripes (stripe_id) WHERE live > 0 AND entry = 0 AND live * 2 < length;
  CREATE INDEX stripes_entry ON stripes (stripe_id) WHERE entry = 1;
  CREATE TABLE totals (
    one INTEGER PRIMARY KEY CHECK (one = 1), objects INTEGER NOT NULL, versions INTEGER NOT NULL, bytes INTEGER NOT NULL,
    stripes INTEGER NOT NULL, live INTEGER NOT NULL, stored INTEGER NOT NULL);
  ${versionIndexes} ${countTotals} ${totalTriggers}
  `,
  `
  CREATE TABLE holdings (
    bucket TEXT PRIMARY KEY, objects INTEGER NOT NULL, versions INTEGER NOT NULL, bytes INTEGER NOT NULL) WITHOUT ROWID;
  ${countHoldings} ${holdingTriggers}
  `,
];

/**
 * Takes away what would make every row of a restored catalog dearer than the last; {@link restoreIndexes} brings it back.
 * Within the transaction that restores.
 */
export function dropIndexes(db: DatabaseSync): void {
  db.exec('DROP INDEX versions_by_id; DROP INDEX versions_by_key');
  for (const name of [...triggerNames, 'shard_added', 'shard_dropped']) db.exec(`DROP TRIGGER ${name}`);
}

/** Makes indexes and totals for rows of which the last of each key is to be the current one. */
export function restoreIndexes(db: DatabaseSync): void {
  db.exec(versionIndexes);
  db.exec(`UPDATE versions SET current = 0 WHERE seq IN (SELECT seq FROM (
    SELECT seq, bucket = LAG(bucket) OVER byKey AND key = LAG(key) OVER byKey AS hidden FROM versions
    WINDOW byKey AS (ORDER BY bucket, key, seq DESC)) WHERE hidden)`);
  db.exec(`${countTotals} ${totalTriggers} DELETE FROM holdings; ${countHoldings} ${holdingTriggers}`);
}

/** Brings a catalog to this version's format; throws for one that a newer version wrote. */
export function migrate(db: DatabaseSync): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > migrations.length)
    throw new Error(`the catalog has format ${version}; this version of DStore knows ${migrations.length}`);
  for (const [index, step] of migrations.slice(version).entries())
    db.exec(`BEGIN; ${step} PRAGMA user_version = ${version + index + 1}; COMMIT`);
}

import type { DatabaseSync } from 'node:sqlite';

/** Steps from one format of the lease book to the next; a book has gone through the first `user_version` of them. */
const migrations = [
  `
  CREATE TABLE leases (
    lease_id TEXT PRIMARY KEY, revision INTEGER NOT NULL, root TEXT NOT NULL, count INTEGER NOT NULL, bytes TEXT NOT NULL,
    epoch TEXT NOT NULL, oldest INTEGER NOT NULL, held INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE entries (
    lease_id TEXT NOT NULL, position INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER, digest TEXT NOT NULL,
    size INTEGER NOT NULL, PRIMARY KEY (lease_id, position, since)) WITHOUT ROWID;
  CREATE INDEX entries_past ON entries (lease_id, until) WHERE until IS NOT NULL;
  CREATE TABLE pending (
    lease_id TEXT NOT NULL, revision INTEGER NOT NULL, root TEXT NOT NULL, count INTEGER NOT NULL, bytes TEXT NOT NULL,
    last_epoch TEXT NOT NULL, changes TEXT NOT NULL, PRIMARY KEY (lease_id, revision, root)) WITHOUT ROWID;
  CREATE TABLE held (
    lease_id TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, uses INTEGER NOT NULL,
    PRIMARY KEY (lease_id, digest)) WITHOUT ROWID;
  CREATE INDEX held_by_digest ON held (digest);
  `,
];

/** Brings a lease book to this version's format; throws for one that a newer version wrote. */
export function migrateBook(db: DatabaseSync): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > migrations.length)
    throw new Error(
      `the lease book has format ${version}; this version of DStore knows ${migrations.length}`,
    );
  for (const [index, step] of migrations.slice(version).entries())
    db.exec(`BEGIN; ${step} PRAGMA user_version = ${version + index + 1}; COMMIT`);
}

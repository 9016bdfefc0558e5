import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';

import { catalogConformance, type CatalogWorld } from '../../../conformance/catalog.js';
import { FlushSource } from '../../../conformance/catalog-flushes.js';
import { CatalogModel } from '../../../conformance/catalog-model.js';
import { allOf } from '../../catalog-rows.js';
import { SeededRandom } from '../../memory-vault.js';

function onDisk(): CatalogWorld {
  const folder = mkdtempSync(join(tmpdir(), 'catalog-'));
  const path = join(folder, 'catalog.db');
  let others = 0;
  const world = {
    catalog: new SqliteCatalog(path),
    another: () => new SqliteCatalog(join(folder, `other${(others += 1)}.db`)),
    reopen: () => {
      world.catalog.close();
      return new SqliteCatalog(path);
    },
    close: () => {
      world.catalog.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

function inMemory(): CatalogWorld {
  const catalog = new SqliteCatalog(':memory:');
  const another = () => new SqliteCatalog(':memory:');
  return { catalog, another, reopen: undefined, close: () => catalog.close() };
}

catalogConformance('SQLite on disk', onDisk);
catalogConformance('SQLite in memory', inMemory);

describe('a catalog in SQLite', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'catalog-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('refuses a file that a newer version wrote, and leaves it as it is', () => {
    const path = join(folder, 'catalog.db');
    new SqliteCatalog(path).close();
    const set = new DatabaseSync(path);
    set.exec('PRAGMA user_version = 99');
    set.close();
    assert.throws(() => new SqliteCatalog(path), /format 99/);
    const look = new DatabaseSync(path);
    assert.deepEqual({ ...look.prepare('PRAGMA user_version').get() }, { user_version: 99 });
    look.close();
  });

  it('F-02 is written through to the disk before a call returns', () => {
    const path = join(folder, 'catalog.db');
    const catalog = new SqliteCatalog(path);
    const look = new DatabaseSync(path, { readOnly: true });
    try {
      assert.deepEqual({ ...look.prepare('PRAGMA journal_mode').get() }, { journal_mode: 'wal' });
    } finally {
      look.close();
      catalog.close();
    }
  });

  it('brings a file that a version before wrote to the format of today, and answers as it did', () => {
    const path = join(folder, 'catalog.db');
    const [catalog, model] = [new SqliteCatalog(path), new CatalogModel()];
    const source = new FlushSource(new SeededRandom('migrated'), model);
    const flush = (to: SqliteCatalog) => {
      const made = source.next();
      to.apply(made);
      model.apply(made);
    };
    for (let at = 0; at < 60; at += 1) flush(catalog);
    const before = allOf(catalog);
    catalog.close();
    const file = new DatabaseSync(path);
    file.exec(backToFormatTwo);
    file.close();
    const again = new SqliteCatalog(path);
    try {
      assert.deepEqual(allOf(again), before);
      for (let at = 0; at < 20; at += 1) flush(again);
      assert.deepEqual(again.usage(), model.usage());
    } finally {
      again.close();
    }
  });

  it('counts what each bucket holds in a file of format 3, which kept no such counts, and makes it like a new one', () => {
    const path = join(folder, 'catalog.db');
    writeFileSync(path, gunzipSync(readFileSync(formatThree)));
    const catalog = new SqliteCatalog(path);
    try {
      const held = catalog.buckets().map(({ bucket }) => ({ bucket, ...catalog.bucketUsage(bucket) }));
      assert.deepEqual(held, [
        { bucket: 'one', objects: 5, bytes: 130 },
        { bucket: 'two', objects: 4, bytes: 90 },
      ]);
      for (const { bucket, ...usage } of held) assert.deepEqual(usage, counted(catalog, bucket));
    } finally {
      catalog.close();
    }
    new SqliteCatalog(join(folder, 'new.db')).close();
    assert.deepEqual(schemaOf(path), schemaOf(join(folder, 'new.db')));
  });
});

/** A catalog of 40 random flushes as the schema of format 3 wrote it: overwritten, deleted, moved and restated. */
const formatThree = new URL('../../../../vectors/catalog-format-3.db.gz', import.meta.url);

/** What a bucket holds, version by version. */
function counted(catalog: SqliteCatalog, bucket: string) {
  const versions = catalog.list({ bucket, prefix: '', limit: 1000, versions: true });
  return {
    objects: versions.filter(({ current, marker }) => current && marker === 'no').length,
    bytes: versions.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function schemaOf(path: string) {
  const file = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = file.prepare('SELECT type, name, sql FROM sqlite_master ORDER BY type, name').all();
    const { user_version: format } = { ...file.prepare('PRAGMA user_version').get() };
    return [format, ...rows.map((row) => ({ ...row }))];
  } finally {
    file.close();
  }
}

/** Tables as format 2 had them. */
const backToFormatTwo = `
  DROP TRIGGER stripe_added; DROP TRIGGER stripe_turned; DROP TRIGGER stripe_dropped;
  DROP TRIGGER shard_added; DROP TRIGGER shard_dropped;
  CREATE TABLE former (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, version_id TEXT NOT NULL UNIQUE, bucket TEXT NOT NULL, key TEXT NOT NULL,
    current INTEGER NOT NULL, marker INTEGER NOT NULL, bytes INTEGER NOT NULL, listed TEXT NOT NULL, streams TEXT NOT NULL);
  INSERT INTO former SELECT * FROM versions;
  CREATE TABLE former_extents (version_id TEXT NOT NULL, stripe_id TEXT NOT NULL, length INTEGER NOT NULL);
  INSERT INTO former_extents SELECT v.version_id, json_extract(e.value, '$.stripeId'), json_extract(e.value, '$.length')
    FROM versions v, json_each(v.streams) s, json_each(s.value, '$.extents') e;
  DROP TABLE extents;
  DROP TABLE versions;
  DROP TABLE totals;
  DROP TABLE holdings;
  ALTER TABLE former RENAME TO versions;
  ALTER TABLE former_extents RENAME TO extents;
  CREATE INDEX versions_by_key ON versions (bucket, key, seq DESC);
  CREATE UNIQUE INDEX versions_current ON versions (bucket, key) WHERE current = 1;
  CREATE INDEX extents_by_stripe ON extents (stripe_id);
  CREATE INDEX extents_by_version ON extents (version_id);
  DROP INDEX stripes_sparse;
  DROP INDEX stripes_entry;
  PRAGMA user_version = 2;
`;

import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { catalogConformance, type CatalogWorld } from '../../../conformance/catalog.js';

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
});

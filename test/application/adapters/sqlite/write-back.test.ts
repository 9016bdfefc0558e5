import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import { WriteBack } from '@dstore/application/adapters/sqlite/write-back.js';
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';

import { FlushSource } from '../../../conformance/catalog-flushes.js';
import { CatalogModel } from '../../../conformance/catalog-model.js';
import { allOf } from '../../catalog-rows.js';
import { SeededRandom } from '../../memory-vault.js';

/** Of a log; each commit writes one at least. */
const pageBytes = 4096;

describe('WriteBack', () => {
  let folder: string;
  let path: string;
  let database: DatabaseSync;
  let rows = 0;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'write-back-'));
    path = join(folder, 'rows.db');
    rows = 0;
    database = new DatabaseSync(path);
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE rows (one INTEGER);
      PRAGMA wal_checkpoint(TRUNCATE)`);
  });
  afterEach(() => {
    if (database.isOpen) database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const commit = (to: WriteBack) => {
    database.prepare('INSERT INTO rows VALUES (?)').run((rows += 1));
    to.committed(rows);
  };
  const rowsOf = (file: string) => {
    const look = new DatabaseSync(file);
    try {
      return look.prepare('SELECT COUNT(*) AS rows FROM rows').get()?.['rows'];
    } finally {
      look.close();
    }
  };
  /** Rows in the database without its log. */
  const written = () => {
    const copy = join(folder, 'copy.db');
    copyFileSync(path, copy);
    return rowsOf(copy);
  };
  const passive = () => database.exec('PRAGMA wal_checkpoint(PASSIVE)');

  it('waits for as many rows as it is told, then has them in the database while the log is in use', async () => {
    let finished = 0;
    const back = new WriteBack(path, () => (finished += 1), 10);
    for (let at = 0; at < 9; at += 1) commit(back);
    await back.settled();
    assert.deepEqual([written(), finished], [0, 0]);
    commit(back);
    await back.settled();
    assert.deepEqual([written(), finished], [10, 1]);
    for (let at = 0; at < 10; at += 1) commit(back);
    await back.settled();
    assert.deepEqual([written(), finished, rowsOf(path)], [20, 2, 20]);
    back.close();
  });

  it('keeps the log small for one who hardly pauses, and loses nothing', async () => {
    const back = new WriteBack(path, passive, 50);
    for (let round = 1; round <= 2000; round += 1) {
      commit(back);
      if (round % 5 === 0) await setImmediate();
      if (round % 500 === 0) await back.settled();
    }
    assert.ok(statSync(`${path}-wal`).size < (2000 * pageBytes) / 2, String(statSync(`${path}-wal`).size));
    assert.equal(rowsOf(path), 2000);
    back.close();
  });

  it('goes on after a failure, of its thread or of who finishes, and makes no database where there is none', async () => {
    let fails = true;
    const back = new WriteBack(
      path,
      () => {
        if (fails) throw new Error('the disk is full');
      },
      1,
    );
    commit(back);
    await back.settled();
    fails = false;
    commit(back);
    await back.settled();
    assert.equal(written(), 2);
    back.close();
    const gone = new WriteBack(join(folder, 'gone.db'), () => assert.fail('finished what failed'), 1);
    for (const changed of [1, 2]) {
      gone.committed(changed);
      await gone.settled();
    }
    gone.close();
    assert.ok(!existsSync(join(folder, 'gone.db')));
  });

  it('F-02 lets its database be closed and opened again at any time', async () => {
    for (let round = 0; round < 20; round += 1) {
      const back = new WriteBack(path, () => database.isOpen && passive(), 1);
      commit(back);
      if (round % 3 === 0) await setImmediate();
      database.close();
      back.close();
      database = new DatabaseSync(path, { timeout: 10_000 });
      assert.equal(database.prepare('SELECT COUNT(*) AS rows FROM rows').get()?.['rows'], rows);
      if (round % 2 === 0) await back.settled();
    }
  });
});

describe('a catalog whose log is written back all the time', () => {
  it('F-02 answers as one that never does, also after it was opened anew and restored', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'write-back-'));
    const path = join(folder, 'catalog.db');
    const model = new CatalogModel();
    const plain = new SqliteCatalog(':memory:');
    let catalog = new SqliteCatalog(path, 1);
    try {
      const source = new FlushSource(new SeededRandom('written back'), model);
      for (let at = 0; at < 120; at += 1) {
        const flush = source.next();
        for (const each of [catalog, plain, model]) each.apply(flush);
        if (at % 4 === 0) await setImmediate();
        if (at % 30 === 29) {
          catalog.close();
          catalog = new SqliteCatalog(path, 1);
        }
      }
      assert.deepEqual(allOf(catalog), allOf(plain));
      const { structure, catalog: versions } = plain.restate();
      await catalog.restore(plain.revision(), { structure: later(structure), catalog: later(versions) });
      assert.deepEqual(catalog.usage().objects, plain.usage().objects);
      catalog.close();
      assert.deepEqual(
        readdirSync(folder).filter((name) => name !== 'catalog.db'),
        [],
      );
    } finally {
      catalog.close();
      plain.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

async function* later<T>(parts: Iterable<T>): AsyncGenerator<T> {
  await setImmediate();
  yield* parts;
}

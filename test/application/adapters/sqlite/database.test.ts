import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import { SqliteLeaseBook } from '@dstore/application/adapters/sqlite/sqlite-lease-book.js';
import { Database } from '@dstore/application/adapters/sqlite/database.js';
import { MemoryRepairBoard } from '@dstore/application/adapters/memory/memory-repair-board.js';
import { MemorySuspects } from '@dstore/application/adapters/memory/memory-suspects.js';
import type { Ledger } from '@dstore/application/ports/ledger.js';
import { AssessHealth } from '@dstore/application/use-cases/assess-health.js';
import { MapStripes } from '@dstore/application/use-cases/map-stripes.js';
import { ReadHealth } from '@dstore/application/use-cases/read-health.js';
import assert from 'node:assert/strict';

import { FlushSource } from '../../../conformance/catalog-flushes.js';
import { CatalogModel } from '../../../conformance/catalog-model.js';
import { SeededRandom } from '../../memory-vault.js';

const closed = { name: 'Fault', code: 'not-ready', retryable: false };

/** A catalog after some flushes. */
function filled(): SqliteCatalog {
  const [catalog, model] = [new SqliteCatalog(':memory:'), new CatalogModel()];
  const source = new FlushSource(new SeededRandom('closed'), model);
  for (let at = 0; at < 40; at += 1) {
    const flush = source.next();
    catalog.apply(flush);
    model.apply(flush);
  }
  return catalog;
}

describe('Database', () => {
  it('says that it is closed to whoever still asks, whether its statement is new or kept', () => {
    const database = new Database(':memory:');
    const one = () => database.prepare('SELECT 1 AS one').get();
    assert.deepEqual({ ...one() }, { one: 1 });
    database.close();
    assert.throws(one, closed);
    assert.throws(() => database.prepare('SELECT 2'), closed);
    assert.throws(() => database.transaction(() => 1), closed);
    database.close();
  });

  it('undoes a transaction that fails, and tells of the failure even when the transaction is over by then', () => {
    const database = new Database(':memory:');
    database.open.exec('CREATE TABLE rows (one INTEGER)');
    const insert = 'INSERT INTO rows VALUES (1)';
    const failing = (ending: string) => () =>
      database.transaction(() => {
        database.open.exec(insert + ending);
        throw new Error('why');
      });
    assert.throws(failing(''), /why/);
    assert.throws(failing('; ROLLBACK'), /why/);
    assert.deepEqual({ ...database.prepare('SELECT COUNT(*) AS rows FROM rows').get() }, { rows: 0 });
    database.close();
  });

  it('leaves it to the next transaction to make a deferred one durable, and only to that', () => {
    const database = new Database(':memory:');
    const [normal, full] = [1, 2];
    const level = () => database.prepare('PRAGMA synchronous').get()?.['synchronous'];
    const fails = () => {
      throw new Error('why');
    };
    assert.equal(database.transaction(level, { deferred: true }), normal);
    assert.equal(database.transaction(level), full);
    assert.throws(() => database.transaction(fails, { deferred: true }), /why/);
    assert.equal(database.transaction(level), full);
    database.close();
  });

  it('ends readings of the health that a shutdown did not wait for, wherever they are, with one word', async () => {
    const gate = { opens: Promise.withResolvers<void>(), asked: Promise.withResolvers<void>() };
    const ledger = {
      read: async () => {
        gate.asked.resolve();
        await gate.opens.promise;
        return undefined;
      },
    } as unknown as Pick<Ledger, 'read'>;
    const catalog = filled();
    const map = new MapStripes(catalog);
    const assess = new AssessHealth({ map, ledger, suspects: new MemorySuspects(), graceEpochs: 1n });
    const health = new ReadHealth(assess, map, new MemoryRepairBoard());
    assert.ok([...catalog.stripes()].length > 0, 'its statements are kept by now');
    const reading = health.run();
    await gate.asked.promise;
    catalog.close();
    gate.opens.resolve();
    await assert.rejects(reading, closed);
    await assert.rejects(health.run(), closed);
  });

  it('has catalog and lease book say so too', () => {
    const catalog = filled();
    const stripes = catalog.stripes()[Symbol.iterator]();
    assert.equal(stripes.next().done, false);
    const [first] = catalog.leftovers();
    catalog.close();
    for (const ask of [
      () => catalog.revision(),
      () => catalog.usage(),
      () => catalog.mirrors(),
      () => catalog.forgetIntent(),
      () => catalog.restate(),
      () => [...catalog.stripes()],
      () => catalog.stripe(first?.stripeId ?? ''),
    ])
      assert.throws(ask, closed);
    const book = new SqliteLeaseBook(':memory:');
    assert.deepEqual(book.leaseIds(), []);
    book.close();
    assert.throws(() => book.leaseIds(), closed);
    assert.throws(() => book.totalBytes(), closed);
  });
});

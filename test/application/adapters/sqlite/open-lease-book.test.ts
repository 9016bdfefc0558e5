import { openLeaseBook } from '@dstore/application/adapters/sqlite/open-lease-book.js';
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const lease = '0a'.repeat(16);
const held = {
  content: { revision: 3n, root: 'ab'.repeat(32), count: 500n, bytes: 500n * 4096n },
  epoch: 1n,
};
const entries = Array.from({ length: 500 }, (_, at) => ({
  digest: at.toString(16).padStart(64, '0'),
  size: 4096,
}));

describe('openLeaseBook', () => {
  let folder: string;
  let told: string[];
  const path = () => join(folder, 'leases.db');
  const open = () => openLeaseBook(path(), (reason) => told.push(reason));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lease-book-'));
    told = [];
    const book = open();
    book.restate(lease, held, entries);
    book.close();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('opens a good book, and makes one where there is none, without a word', () => {
    const book = open();
    assert.deepEqual(book.current(lease), held);
    book.close();
    rmSync(path());
    open().close();
    assert.deepEqual(told, []);
  });

  const damages: [how: string, damage: () => void][] = [
    ['is no database at all', () => writeFileSync(path(), 'nonsense '.repeat(1000))],
    ['was cut short', () => truncateSync(path(), 8192)],
    [
      'has a page of something else',
      () => {
        const bytes = readFileSync(path());
        bytes.fill(0xee, 4096, bytes.length);
        writeFileSync(path(), bytes);
      },
    ],
  ];
  for (const [how, damage] of damages)
    it(`F-100 puts a book aside that ${how}, says why, and begins anew`, () => {
      damage();
      const bytes = readFileSync(path());
      const book = open();
      assert.deepEqual(book.leaseIds(), []);
      book.close();
      assert.equal(told.length, 1);
      assert.ok((told[0] ?? '').length > 0);
      assert.deepEqual(readFileSync(`${path()}.damaged`), bytes);
    });

  it('F-20 refuses a newer book, and puts nothing aside', () => {
    const newer = new DatabaseSync(path());
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    assert.throws(open, /format 99/);
    assert.equal(existsSync(`${path()}.damaged`), false);
  });
});

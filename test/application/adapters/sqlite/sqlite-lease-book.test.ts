import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SqliteLeaseBook } from '@dstore/application/adapters/sqlite/sqlite-lease-book.js';
import { leaseBookConformance } from '../../../conformance/lease-book.js';

describe('SqliteLeaseBook', () => {
  leaseBookConformance(() => {
    const folder = mkdtempSync(join(tmpdir(), 'lease-book-'));
    return {
      open: () => new SqliteLeaseBook(join(folder, 'leases.db')),
      end: () => rmSync(folder, { recursive: true }),
    };
  });

  it('F-20 refuses a book of a newer format', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lease-book-'));
    try {
      const path = join(folder, 'leases.db');
      const newer = new DatabaseSync(path);
      newer.exec('PRAGMA user_version = 99');
      newer.close();
      assert.throws(() => new SqliteLeaseBook(path), /format 99/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

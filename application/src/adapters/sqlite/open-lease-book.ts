import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { SqliteLeaseBook } from './sqlite-lease-book.js';

/** Codes of SQLite for a file that is damaged, or none of its own. */
const damaged = [11, 26];

/**
 * Opens or creates a lease book. One that is damaged is put aside as `.damaged`, replacing what was put aside before, and a
 * new one begun; `told` hears of it. Throws for a book that a newer version wrote, and for whatever else is in the way.
 */
export function openLeaseBook(path: string, told: (reason: string) => void): SqliteLeaseBook {
  const reason = existsSync(path) ? damageOf(path) : undefined;
  if (reason !== undefined) {
    told(reason);
    rmSync(`${path}.damaged`, { force: true });
    renameSync(path, `${path}.damaged`);
    for (const ending of ['-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
  }
  return new SqliteLeaseBook(path);
}

function damageOf(path: string): string | undefined {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    const [found] = db.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[];
    return found?.quick_check === 'ok' ? undefined : (found?.quick_check ?? 'no answer');
  } catch (error) {
    const { errcode, message } = error as Error & { errcode?: number };
    if (errcode !== undefined && damaged.includes(errcode & 0xff)) return message;
    throw error;
  } finally {
    db?.close();
  }
}

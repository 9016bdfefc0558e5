import {
  accountedBytes,
  canonicalJson,
  type Change,
  changeShape,
  checkedChange,
  emptyRoot,
  type Entry,
  list,
  parseJson,
} from '@dstore/chaincode/domain';
import type { HeldContent, LeaseBook, PendingContent, Unnamed } from '../../ports/lease-book.js';
import { Database } from './database.js';
import { migrateBook } from './lease-book-schema.js';

type Value = string | number;

interface ContentRow {
  readonly revision: number;
  readonly root: string;
  readonly count: number;
  readonly bytes: string;
}

interface LeaseRow extends ContentRow {
  readonly epoch: string;
  /** The oldest revision whose entries are all here. */
  readonly oldest: number;
  /** Accounted bytes of the distinct shards that the lease names. */
  readonly held: number;
}

interface PendingRow extends ContentRow {
  readonly last_epoch: string;
  readonly changes: string;
}

const changesShape = list(changeShape, 10_000_000);

/**
 * A provider's lease book in one SQLite file, or in memory as `:memory:`. Entries carry the revisions between which they
 * stood, so that a commit writes what it changes and an older vector is one query away.
 */
export class SqliteLeaseBook implements LeaseBook {
  readonly #db: Database;

  /** Opens or creates it; throws for a book that a newer version wrote. */
  constructor(path: string) {
    this.#db = new Database(path);
    const { open } = this.#db;
    open.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY');
    migrateBook(open);
  }

  leaseIds(): readonly string[] {
    const rows = this.#all<{ lease_id: string }>('SELECT lease_id FROM leases ORDER BY lease_id');
    return rows.map((row) => row.lease_id);
  }

  current(leaseId: string): HeldContent | undefined {
    const row = this.#lease(leaseId);
    if (row === undefined || row.revision === 0) return undefined;
    return { content: contentOf(row), epoch: BigInt(row.epoch) };
  }

  entries(leaseId: string, revision: bigint): readonly Entry[] | undefined {
    if (revision === 0n) return [];
    const at = Number(revision);
    const lease = this.#lease(leaseId);
    if (lease === undefined || at > lease.revision || at < lease.oldest) return undefined;
    const rows = this.#all<Entry>(
      `SELECT digest, size FROM entries WHERE lease_id = ? AND since <= ? AND (until IS NULL OR until > ?)
       ORDER BY position`,
      leaseId,
      at,
      at,
    );
    return rows.map(({ digest, size }) => ({ digest, size }));
  }

  pending(leaseId: string): readonly PendingContent[] {
    const sql = 'SELECT * FROM pending WHERE lease_id = ? ORDER BY revision, root';
    return this.#all<PendingRow>(sql, leaseId).map((row) => pendingOf(leaseId, row));
  }

  addPending({ leaseId, content, changes, lastEpoch }: PendingContent): void {
    this.#transaction(() => {
      this.#begin(leaseId);
      const known = this.#pendingRow(leaseId, content.revision, content.root);
      if (known === undefined) for (const entry of appended(changes)) this.#use(leaseId, entry);
      const later = known !== undefined && BigInt(known.last_epoch) > lastEpoch;
      this.#run(
        'INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?, ?, ?, ?)',
        leaseId,
        Number(content.revision),
        content.root,
        Number(content.count),
        content.bytes.toString(),
        later ? known.last_epoch : lastEpoch.toString(),
        canonicalJson(changes),
      );
      return [];
    });
  }

  dropPending(leaseId: string, revision: bigint, root: string): Unnamed {
    return this.#transaction(() => {
      const row = this.#pendingRow(leaseId, revision, root);
      return row === undefined ? [] : this.#forget(leaseId, row);
    });
  }

  commit(leaseId: string, revision: bigint, root: string, epoch: bigint): Unnamed {
    const commit = () => {
      const row = this.#pendingRow(leaseId, revision, root);
      const before = this.#lease(leaseId);
      if (row === undefined || before?.revision !== row.revision - 1)
        throw new RangeError(`no pending content ${revision} of lease ${leaseId} follows the current one`);
      this.#apply(leaseId, before.count, pendingOf(leaseId, row).changes, row.revision);
      const { count, bytes } = row;
      this.#run(
        'UPDATE leases SET revision = ?, root = ?, count = ?, bytes = ?, epoch = ? WHERE lease_id = ?',
        row.revision,
        root,
        count,
        bytes,
        epoch.toString(),
        leaseId,
      );
      return this.#all<PendingRow>('SELECT * FROM pending WHERE lease_id = ?', leaseId).flatMap((other) =>
        this.#forget(leaseId, other),
      );
    };
    // Until it is durable, what is pending and the ledger lead here again.
    return this.#transaction(commit, { deferred: true });
  }

  restate(leaseId: string, { content, epoch }: HeldContent, entries: readonly Entry[]): void {
    this.#transaction(() => {
      if (this.#lease(leaseId) !== undefined) throw new RangeError(`lease ${leaseId} is in the book`);
      this.#begin(leaseId);
      const revision = Number(content.revision);
      for (const [position, entry] of entries.entries()) this.#insert(leaseId, position, entry, revision);
      this.#run(
        'UPDATE leases SET revision = ?, root = ?, count = ?, bytes = ?, epoch = ?, oldest = ? WHERE lease_id = ?',
        revision,
        content.root,
        Number(content.count),
        content.bytes.toString(),
        epoch.toString(),
        revision,
        leaseId,
      );
      return [];
    });
  }

  prune(leaseId: string, oldestRevision: bigint): Unnamed {
    return this.#transaction(() => {
      const oldest = Number(oldestRevision);
      const past = this.#all<Entry>(
        'SELECT digest, size FROM entries WHERE lease_id = ? AND until IS NOT NULL AND until <= ?',
        leaseId,
        oldest,
      );
      this.#run(
        'DELETE FROM entries WHERE lease_id = ? AND until IS NOT NULL AND until <= ?',
        leaseId,
        oldest,
      );
      this.#run('UPDATE leases SET oldest = max(oldest, ?) WHERE lease_id = ?', oldest, leaseId);
      return past.flatMap((entry) => this.#unuse(leaseId, entry));
    });
  }

  drop(leaseId: string): Unnamed {
    return this.#transaction(() => {
      const named = this.#all<{ digest: string }>('SELECT digest FROM held WHERE lease_id = ?', leaseId);
      for (const table of ['held', 'entries', 'pending', 'leases'])
        this.#run(`DELETE FROM ${table} WHERE lease_id = ?`, leaseId);
      return named.map(({ digest }) => digest).filter((digest) => !this.names(digest));
    });
  }

  heldBytes(leaseId: string): bigint {
    return BigInt(this.#lease(leaseId)?.held ?? 0);
  }

  names(digest: string): boolean {
    return this.#one('SELECT 1 FROM held WHERE digest = ? LIMIT 1', digest) !== undefined;
  }

  totalBytes(): bigint {
    const sql = 'SELECT coalesce(sum(size), 0) AS sum FROM (SELECT DISTINCT digest, size FROM held)';
    return BigInt(this.#one<{ sum: number }>(sql)?.sum ?? 0);
  }

  close(): void {
    this.#db.close();
  }

  #begin(leaseId: string): void {
    this.#run("INSERT OR IGNORE INTO leases VALUES (?, 0, ?, 0, '0', '0', 0, 0)", leaseId, emptyRoot);
  }

  #apply(leaseId: string, count: number, changes: readonly Change[], revision: number): void {
    let length = count;
    for (const change of changes) {
      if (change.kind === 'append') this.#insert(leaseId, length++, change.entry, revision);
      else if (change.kind === 'replace') {
        this.#end(leaseId, change.index, revision);
        this.#insert(leaseId, change.index, change.entry, revision);
      } else {
        length -= 1;
        const last = this.#end(leaseId, length, revision);
        if (change.index === length) continue;
        this.#end(leaseId, change.index, revision);
        this.#insert(leaseId, change.index, last, revision);
      }
    }
  }

  #insert(leaseId: string, position: number, entry: Entry, revision: number): void {
    const sql = 'INSERT INTO entries VALUES (?, ?, ?, NULL, ?, ?)';
    this.#run(sql, leaseId, position, revision, entry.digest, entry.size);
    this.#use(leaseId, entry);
  }

  /** Ends an entry with the revision before; one that the same commit brought never stood at all. */
  #end(leaseId: string, position: number, revision: number): Entry {
    const where = 'WHERE lease_id = ? AND position = ? AND until IS NULL';
    const sql = `SELECT digest, size, since FROM entries ${where}`;
    const row = this.#one<Entry & { since: number }>(sql, leaseId, position);
    if (row === undefined) throw new RangeError(`lease ${leaseId} has no entry ${position}`);
    const entry = { digest: row.digest, size: row.size };
    if (row.since < revision) {
      this.#run(`UPDATE entries SET until = ? ${where}`, revision, leaseId, position);
      return entry;
    }
    this.#run(`DELETE FROM entries ${where}`, leaseId, position);
    this.#unuse(leaseId, entry);
    return entry;
  }

  #forget(leaseId: string, row: PendingRow): Unnamed {
    const sql = 'DELETE FROM pending WHERE lease_id = ? AND revision = ? AND root = ?';
    this.#run(sql, leaseId, row.revision, row.root);
    return appended(pendingOf(leaseId, row).changes).flatMap((entry) => this.#unuse(leaseId, entry));
  }

  #use(leaseId: string, { digest, size }: Entry): void {
    const sql = `INSERT INTO held VALUES (?, ?, ?, 1)
      ON CONFLICT (lease_id, digest) DO UPDATE SET uses = uses + 1 RETURNING uses`;
    const { uses } = this.#one<{ uses: number }>(sql, leaseId, digest, size) ?? { uses: 0 };
    if (uses === 1) this.#addHeld(leaseId, Number(accountedBytes(size)));
  }

  #unuse(leaseId: string, { digest, size }: Entry): Unnamed {
    const sql = 'UPDATE held SET uses = uses - 1 WHERE lease_id = ? AND digest = ? RETURNING uses';
    const { uses } = this.#one<{ uses: number }>(sql, leaseId, digest) ?? { uses: 1 };
    if (uses > 0) return [];
    this.#run('DELETE FROM held WHERE lease_id = ? AND digest = ?', leaseId, digest);
    this.#addHeld(leaseId, -Number(accountedBytes(size)));
    return this.names(digest) ? [] : [digest];
  }

  #addHeld(leaseId: string, bytes: number): void {
    this.#run('UPDATE leases SET held = held + ? WHERE lease_id = ?', bytes, leaseId);
  }

  #lease(leaseId: string): LeaseRow | undefined {
    return this.#one<LeaseRow>('SELECT * FROM leases WHERE lease_id = ?', leaseId);
  }

  #pendingRow(leaseId: string, revision: bigint, root: string): PendingRow | undefined {
    const sql = 'SELECT * FROM pending WHERE lease_id = ? AND revision = ? AND root = ?';
    return this.#one<PendingRow>(sql, leaseId, Number(revision), root);
  }

  /** What `act` found unnamed, without shards that a later step named again. */
  #transaction(act: () => Unnamed, how = { deferred: false }): Unnamed {
    return this.#db.transaction(() => [...new Set(act())].filter((digest) => !this.names(digest)), how);
  }

  #run(sql: string, ...values: Value[]): void {
    this.#db.prepare(sql).run(...values);
  }

  #one<T>(sql: string, ...values: Value[]): T | undefined {
    return this.#db.prepare(sql).get(...values) as T | undefined;
  }

  #all<T>(sql: string, ...values: Value[]): T[] {
    return this.#db.prepare(sql).all(...values) as T[];
  }
}

function contentOf({ revision, root, count, bytes }: ContentRow) {
  return { revision: BigInt(revision), root, count: BigInt(count), bytes: BigInt(bytes) };
}

function pendingOf(leaseId: string, row: PendingRow): PendingContent {
  const changes = parseJson(changesShape, row.changes).map(checkedChange);
  return { leaseId, content: contentOf(row), changes, lastEpoch: BigInt(row.last_epoch) };
}

function appended(changes: readonly Change[]): Entry[] {
  return changes.flatMap((change) => (change.kind === 'remove' ? [] : [change.entry]));
}

import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Fault } from '../../ports/fault.js';

/**
 * One SQLite database with its prepared statements. Whoever still asks when it has been closed, such as a request that
 * a shutdown did not wait for, gets the permanent Fault `not-ready`.
 */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
  }

  /** The database itself, as long as it is open. */
  get open(): DatabaseSync {
    if (!this.#db.isOpen) throw new Fault('not-ready', 'the database is closed', { retryable: false });
    return this.#db;
  }

  /** A statement that is kept for the next use: one walk along its rows at a time. */
  prepare(sql: string): StatementSync {
    const { open } = this;
    const known = this.#statements.get(sql) ?? open.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  /**
   * Does all of it or nothing. A kill of the process never undoes it; nor does a loss of power, unless it is `deferred`:
   * then it is durable with the next transaction that is not.
   */
  transaction<T>(act: () => T, { deferred = false } = {}): T {
    this.open.exec(deferred ? 'PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE' : 'BEGIN IMMEDIATE');
    try {
      const done = act();
      this.open.exec('COMMIT');
      return done;
    } catch (error) {
      // Some failures end the transaction by themselves.
      if (this.#db.isOpen && this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    } finally {
      if (deferred && this.#db.isOpen) this.#db.exec('PRAGMA synchronous = FULL');
    }
  }

  /** May be called again. */
  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }
}

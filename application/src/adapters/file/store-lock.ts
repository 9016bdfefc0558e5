import { DatabaseSync } from 'node:sqlite';

import { Fault } from '../../ports/fault.js';

/**
 * The right of one process, and once in it, to open a store. SQLite's lock of a file is the operating system's: it ends
 * with the process that holds it, is kept while that one is stopped, and knows nothing of process ids that return.
 */
export class StoreLock {
  readonly #file: DatabaseSync;

  private constructor(file: DatabaseSync) {
    this.#file = file;
  }

  /** Takes the lock at a path, at once or never: permanent Fault `not-ready` while another holds it. */
  static take(path: string): StoreLock {
    const file = new DatabaseSync(path, { timeout: 0 });
    try {
      file.exec('BEGIN EXCLUSIVE');
    } catch (cause) {
      file.close();
      throw new Fault('not-ready', `${path}: another process has this store open`, {
        retryable: false,
        cause,
      });
    }
    return new StoreLock(file);
  }

  release(): void {
    this.#file.close();
  }
}

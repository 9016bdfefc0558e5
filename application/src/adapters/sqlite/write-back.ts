import { Worker } from 'node:worker_threads';

/** What the thread says of it. */
export type WriteBackAnswer = 'written' | 'failed';

/** Some 2,000 to 4,000 pages of log. */
const usualRows = 12_000;

/**
 * Writes the log of a SQLite database back into it on a thread of its own, so that no commit waits for that. What fails is
 * tried again in time, and the log grows until then: no commit depends on it.
 */
export class WriteBack {
  readonly #path: string;
  readonly #finish: () => void;
  readonly #everyRows: number;
  #thread: Worker | undefined;
  #running: PromiseWithResolvers<void> | undefined;
  #writtenRows = 0;

  /**
   * `finish` writes back the little that was committed meanwhile: a log starts anew only once all of it is in the
   * database, and a thread beside one who hardly pauses never gets that far. `everyRows`: changed rows from one to the next.
   */
  constructor(path: string, finish: () => void, everyRows = usualRows) {
    this.#path = path;
    this.#finish = finish;
    this.#everyRows = everyRows;
  }

  /** To be told after commits: how many rows were changed since the database was opened. */
  committed(rows: number): void {
    if (this.#running !== undefined || rows - this.#writtenRows < this.#everyRows) return;
    this.#writtenRows = rows;
    this.#running = Promise.withResolvers();
    this.#thread ??= this.#start();
    this.#thread.ref();
    this.#thread.postMessage(this.#path);
  }

  /** Resolves when the thread has let go of the database. */
  async settled(): Promise<void> {
    await this.#running?.promise;
  }

  /** Lets the thread end what it does, and go. */
  close(): void {
    this.#thread?.postMessage(undefined);
  }

  #start(): Worker {
    const thread = new Worker(new URL('./write-back-thread.js', import.meta.url));
    thread.on('message', (answer: WriteBackAnswer) => {
      thread.unref();
      if (answer === 'written') this.#finishQuietly();
      this.#settle();
    });
    // Its exit follows.
    thread.on('error', () => undefined);
    thread.on('exit', () => {
      this.#thread = undefined;
      this.#settle();
    });
    return thread;
  }

  #finishQuietly(): void {
    try {
      this.#finish();
    } catch {
      // What is not written back stays in the log, where nothing misses it.
    }
  }

  #settle(): void {
    this.#running?.resolve();
    this.#running = undefined;
  }
}

/** Syncs of folders, shared: all who ask while one runs, or in the same turn, wait for the same next one. */
export class FolderSyncs {
  readonly #sync: (path: string) => Promise<void>;
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  constructor(sync: (path: string) => Promise<void>) {
    this.#sync = sync;
  }

  /** Resolves after a sync that began after this call; rejects with that sync's error. */
  sync(path: string): Promise<void> {
    const next = this.#next.get(path) ?? this.#after(this.#running.get(path), path);
    this.#next.set(path, next);
    return next;
  }

  async #after(former: Promise<void> | undefined, path: string): Promise<void> {
    await former?.catch(() => undefined);
    // Without a turn between, the first of many puts would have a sync of its own.
    await Promise.resolve();
    this.#next.delete(path);
    const run = this.#sync(path);
    this.#running.set(path, run);
    try {
      await run;
    } finally {
      if (this.#running.get(path) === run) this.#running.delete(path);
    }
  }
}

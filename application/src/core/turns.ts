/** Lets work on the same name happen one after another, and work on different names at once. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Resolves or rejects as the work does, which begins when all earlier work on the name has ended. */
  async take(name: string, work: () => Promise<void>): Promise<void> {
    const former = this.#last.get(name);
    const mine = former === undefined ? work() : former.then(work);
    const settled = mine.catch(() => undefined);
    this.#last.set(name, settled);
    try {
      await mine;
    } finally {
      if (this.#last.get(name) === settled) this.#last.delete(name);
    }
  }

  /** Resolves when everything that was begun or waits has ended. */
  async end(): Promise<void> {
    await Promise.all(this.#last.values());
  }
}

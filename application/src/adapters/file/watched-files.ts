import { readFile } from 'node:fs/promises';

/** Milliseconds between two looks. */
const interval = 1_000;

/** Text files that others write while we run: each as it was at the last look, once a second. */
export class WatchedFiles {
  readonly #texts = new Map<string, string | undefined>();
  readonly #timer: NodeJS.Timeout;

  private constructor(paths: readonly string[]) {
    for (const path of paths) this.#texts.set(path, undefined);
    this.#timer = setInterval(() => void this.look().catch(() => undefined), interval).unref();
  }

  /** Reads them for the first time. Rejects when one is there and can't be read. */
  static async open(paths: readonly string[]): Promise<WatchedFiles> {
    const files = new WatchedFiles(paths);
    try {
      await files.look();
    } catch (error) {
      files.close();
      throw error;
    }
    return files;
  }

  /** What a file says; undefined until it is there. Of one that can't be read any more, what it said last. */
  text(path: string): string | undefined {
    return this.#texts.get(path);
  }

  /** Looks at once. Rejects when a file is there and can't be read. */
  async look(): Promise<void> {
    for (const path of this.#texts.keys()) {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      });
      // A list that was there and is gone was not taken back: nobody is believed again by a deletion.
      if (text !== undefined) this.#texts.set(path, text);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

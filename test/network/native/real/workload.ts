import { setTimeout } from 'node:timers/promises';

import type { ConsortiumOfProcesses } from './consortium-of-processes.js';

const bytes = 5_000;
/** Objects read in turn with puts; a few suffice to see a reading fault. */
const recent = 5;

/** Puts and gets small objects one after another, without end, and keeps count of what failed. */
export class Workload {
  readonly #consortium: ConsortiumOfProcesses;
  readonly #name: string;
  readonly #running: Promise<void>;
  #isOver = false;
  #served: number[] = [];
  failures = 0;
  lastFailure = '';

  /** Starts; `name` begins the keys of its objects. */
  constructor(consortium: ConsortiumOfProcesses, name: string) {
    this.#consortium = consortium;
    this.#name = name;
    this.#running = this.#run();
  }

  /** Milliseconds from `since` to the answer of the first put that began after it and was acknowledged. */
  async recovered(since: number): Promise<number> {
    for (;;) {
      const at = this.#served.find((began) => began >= since);
      if (at !== undefined) return performance.now() - since;
      await setTimeout(50);
    }
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let count = 0; !this.#isOver; count += 1) {
      const began = performance.now();
      const done = await this.#attempt(() => this.#consortium.put(`${this.#name}-${count}`, bytes));
      if (done) this.#served.push(began);
      const [key, size] = [...this.#consortium.acknowledged].slice(-recent)[0] ?? [];
      if (key !== undefined) await this.#attempt(() => this.#consortium.check(key, size ?? 0));
      await setTimeout(100);
    }
  }

  async #attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.failures += 1;
      this.lastFailure = error instanceof Error ? error.message.slice(0, 200) : String(error);
      return false;
    }
  }
}

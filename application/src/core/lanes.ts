/**
 * Runs tasks for items as they come, begun in order and at most so many at a time. The first failure stops the others
 * through the signal that each task has, and is what this rejects with once all of them have ended; an aborted `signal`
 * does the same with its reason.
 */
export async function inLanes<T>(
  items: AsyncIterable<T> | Iterable<T>,
  most: number,
  task: (item: T, stop: AbortSignal) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const lanes = new Lanes(most);
  const cancel = () => lanes.fail(signal?.reason);
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted === true) cancel();
  try {
    for await (const item of items) {
      if (lanes.haveFailed) break;
      await lanes.start((stop) => task(item, stop));
      if (lanes.haveFailed) break;
    }
  } catch (error) {
    lanes.fail(error);
  }
  await lanes.end().finally(() => signal?.removeEventListener('abort', cancel));
}

class Lanes {
  readonly #most: number;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  get haveFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Only the first failure counts: those that follow come of the stop. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#stop.abort(error);
  }

  /** Begins a task; resolves when there is a lane for another. */
  async start(task: (stop: AbortSignal) => Promise<void>): Promise<void> {
    const one: Promise<void> = task(this.#stop.signal)
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.#running.delete(one));
    this.#running.add(one);
    if (this.#running.size >= this.#most) await Promise.race(this.#running);
  }

  /** Waits for those that run; throws what failed first. */
  async end(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';

import { inLanes } from '@dstore/application/core/lanes.js';
import fc from 'fast-check';

/** Tasks that a test ends by hand, and what became of them. */
class Tasks {
  readonly begun: number[] = [];
  readonly stopped: number[] = [];
  readonly #running = new Map<number, PromiseWithResolvers<void>>();
  most = 0;

  get running(): number {
    return this.#running.size;
  }

  readonly run = async (item: number, stop: AbortSignal): Promise<void> => {
    const ending = Promise.withResolvers<void>();
    const cancel = () => {
      this.stopped.push(item);
      ending.reject(stop.reason as Error);
    };
    stop.addEventListener('abort', cancel, { once: true });
    this.begun.push(item);
    this.#running.set(item, ending);
    this.most = Math.max(this.most, this.running);
    await ending.promise.finally(() => this.#running.delete(item));
  };

  async end(item: number, error?: Error): Promise<void> {
    const ending = this.#running.get(item);
    if (error === undefined) ending?.resolve();
    else ending?.reject(error);
    await setImmediate();
  }
}

describe('lanes', () => {
  it('runs so many at once and no more, and begins them in order', async () => {
    const tasks = new Tasks();
    const done = inLanes([1, 2, 3, 4, 5], 2, tasks.run);
    await setImmediate();
    assert.deepEqual(tasks.begun, [1, 2]);
    await tasks.end(2);
    assert.deepEqual(tasks.begun, [1, 2, 3]);
    for (const item of [3, 1, 4, 5]) await tasks.end(item);
    await done;
    assert.deepEqual([tasks.begun, tasks.most], [[1, 2, 3, 4, 5], 2]);
  });

  it('does every item once, however many lanes there are and in whatever order they end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 5 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 6 }),
        async (turns, most) => {
          let running = 0;
          const done: number[] = [];
          await inLanes(turns.entries(), most, async ([at, waits]) => {
            running += 1;
            assert.ok(running <= most);
            for (let turn = 0; turn < waits; turn += 1) await Promise.resolve();
            running -= 1;
            done.push(at);
          });
          assert.deepEqual(
            done.sort((one, other) => one - other),
            [...turns.keys()],
          );
        },
      ),
      { seed: 20261126, numRuns: 100 },
    );
  });

  it('stops the others when one fails, waits for them, and rejects with that failure', async () => {
    const tasks = new Tasks();
    const done = inLanes([1, 2, 3, 4], 3, tasks.run);
    await setImmediate();
    const failure = new Error('the second broke');
    const rejected = assert.rejects(done, failure);
    await tasks.end(2, failure);
    await rejected;
    assert.deepEqual([tasks.begun, tasks.running], [[1, 2, 3], 0]);
    assert.deepEqual(tasks.stopped, [1, 2, 3]);
  });

  it('waits for a task that does not heed the stop', async () => {
    const slow = Promise.withResolvers<void>();
    let ended = false;
    const done = inLanes([1, 2], 2, async (item) => {
      if (item === 2) throw new Error('broken');
      await slow.promise;
      ended = true;
    });
    const rejected = assert.rejects(done, /broken/);
    await setImmediate();
    slow.resolve();
    await rejected;
    assert.ok(ended);
  });

  it('ends all with the reason of a signal, and begins nothing under an aborted one', async () => {
    const tasks = new Tasks();
    const stop = new AbortController();
    const done = inLanes([1, 2, 3], 2, tasks.run, stop.signal);
    await setImmediate();
    const reason = new Error('enough');
    const rejected = assert.rejects(done, reason);
    stop.abort(reason);
    await rejected;
    assert.deepEqual([tasks.begun, tasks.stopped, tasks.running], [[1, 2], [1, 2], 0]);
    await assert.rejects(inLanes([1], 2, tasks.run, stop.signal), reason);
    assert.deepEqual(tasks.begun, [1, 2]);
  });

  it('ends when the items fail to come, after those that were begun', async () => {
    const tasks = new Tasks();
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      throw new Error('no more items');
    }
    await assert.rejects(inLanes(broken(), 2, tasks.run), /no more items/);
    assert.deepEqual([tasks.stopped, tasks.running], [[1], 0]);
  });
});

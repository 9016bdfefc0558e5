import assert from 'node:assert/strict';

import { Pace } from '@dstore/application/use-cases/pace.js';
import fc from 'fast-check';

import { VirtualClock } from '../virtual-clock.js';

/** Milliseconds after which each of these many bytes, asked for at once, may pass. */
async function turns(bytes: readonly number[], bytesPerSecond: number): Promise<number[]> {
  const clock = new VirtualClock();
  const begin = clock.now();
  const pace = new Pace(clock, bytesPerSecond);
  const passed = bytes.map(async (each) => {
    await pace.pass(each);
    return clock.now() - begin;
  });
  await clock.advance(1e9);
  return Promise.all(passed);
}

describe('pace', () => {
  it('lets the first pass at once, and each other when those before have had their time', async () => {
    assert.deepEqual(await turns([100, 300, 100, 500], 100), [0, 1000, 4000, 5000]);
  });

  it('lets no more pass in any time than its rate and one turn', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1 }), async (bytes) => {
        const hours = await turns(bytes, 1000);
        const sums = bytes.map((_, at) => bytes.slice(0, at).reduce((sum, each) => sum + each, 0));
        hours.forEach((hour, at) => assert.ok(Math.abs(hour - (sums[at] as number)) < 1e-3));
      }),
      { seed: 20261126, numRuns: 50 },
    );
  });

  it('gives no credit for time in which nobody asked', async () => {
    const clock = new VirtualClock();
    const pace = new Pace(clock, 100);
    await pace.pass(100);
    await clock.advance(60_000);
    await pace.pass(100);
    let passed = false;
    const second = pace.pass(100).then(() => (passed = true));
    await clock.advance(999);
    assert.equal(passed, false);
    await clock.advance(1);
    await second;
  });

  it('is settled when the last that passed has had its time', async () => {
    const clock = new VirtualClock();
    const begin = clock.now();
    const pace = new Pace(clock, 100);
    await pace.settle();
    await pace.pass(250);
    const settled = pace.settle().then(() => clock.now() - begin);
    await clock.advance(10_000);
    assert.equal(await settled, 2500);
  });

  it('ends every wait with the reason of a signal', async () => {
    const clock = new VirtualClock();
    const pace = new Pace(clock, 1);
    await pace.pass(1000);
    const stop = new AbortController();
    const waits = [pace.pass(1, stop.signal), pace.settle(stop.signal)];
    const rejected = Promise.all(waits.map((wait) => assert.rejects(wait, /enough/)));
    stop.abort(new Error('enough'));
    await rejected;
    assert.equal(clock.sleepers, 0);
  });

  it('never waits where there is no limit', async () => {
    const clock = new VirtualClock();
    const pace = new Pace(clock, Infinity);
    for (let at = 0; at < 100; at += 1) await pace.pass(1 << 20);
    await pace.settle();
    assert.equal(clock.sleepers, 0);
  });
});

import assert from 'node:assert/strict';

import { Loop } from '@dstore/application/workers/loop.js';

import { stillSurroundings } from './surroundings.js';

describe('Loop', () => {
  it('takes its first step at once and the next after the wait that the step named', async () => {
    const around = stillSurroundings();
    const at: number[] = [];
    const begin = around.clock.now();
    const loop = new Loop('steps', async () => at.push(around.clock.now() - begin) * 1000, around);
    loop.start();
    loop.start();
    await around.clock.advance(3500);
    await loop.stop();
    assert.deepEqual(at, [0, 1000, 3000]);
    assert.equal(around.clock.sleepers, 0);
  });

  it('wakes from its wait, and steps once more when it was busy', async () => {
    const around = stillSurroundings();
    const gates: (() => void)[] = [];
    const loop = new Loop('gated', () => new Promise((resolve) => gates.push(() => resolve(60_000))), around);
    loop.start();
    await around.clock.advance(0);
    loop.wake();
    loop.wake();
    gates[0]?.();
    await around.clock.advance(0);
    assert.equal(gates.length, 2);
    gates[1]?.();
    await around.clock.advance(0);
    assert.equal(gates.length, 2);
    loop.wake();
    await around.clock.advance(0);
    assert.equal(gates.length, 3);
    gates[2]?.();
    await loop.stop();
    assert.equal(gates.length, 3);
  });

  it('logs a failing step, waits longer each time, and forgets failures after a success', async () => {
    const around = stillSurroundings();
    let step = 0;
    const loop = new Loop(
      'moody',
      async () => {
        step += 1;
        if (step < 6) throw new Error('no');
        if (step === 7) throw new Error('again');
        return 10;
      },
      around,
      { first: 100, longest: 400 },
    );
    loop.start();
    await around.clock.advance(5000);
    await loop.stop();
    const waits = around.log.lines.slice(0, 6).map((line) => line.facts['retryInMs']);
    assert.deepEqual(waits, [50, 100, 200, 200, 200, 50]);
    assert.ok(around.log.lines.every((line) => line.level === 'warn' && line.message === 'moody failed'));
  });

  it('tells a running step to end, waits for it, and logs nothing about it', async () => {
    const around = stillSurroundings();
    let ended = false;
    const loop = new Loop(
      'long',
      async (signal) => {
        await around.clock.sleep(1e9, signal).finally(() => (ended = true));
        return 0;
      },
      around,
    );
    loop.start();
    await around.clock.advance(10);
    await loop.stop();
    assert.ok(ended);
    assert.deepEqual(around.log.lines, []);
  });

  it('stops though it never started, and does not start any more', async () => {
    const around = stillSurroundings();
    let steps = 0;
    const loop = new Loop('idle', async () => (steps += 1), around);
    await loop.stop();
    loop.start();
    await around.clock.advance(10);
    assert.equal(steps, 0);
  });
});

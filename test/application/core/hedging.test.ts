import assert from 'node:assert/strict';
import { Hedging } from '@dstore/application/core/hedging.js';

describe('Hedging', () => {
  it('waits the least time while it knows nothing, and while fetches are quick', () => {
    const hedging = new Hedging(200);
    assert.equal(hedging.delayMs, 200);
    for (let fetch = 0; fetch < 50; fetch += 1) hedging.note(10);
    assert.equal(hedging.delayMs, 200);
  });

  it('waits twice as long as nearly all fetches of late took', () => {
    const hedging = new Hedging(200);
    for (let fetch = 1; fetch <= 100; fetch += 1) hedging.note(fetch * 10);
    assert.equal(hedging.delayMs, 2 * 960);
  });

  it('is not moved by a few slow ones, and forgets what is long ago', () => {
    const hedging = new Hedging(200);
    for (let fetch = 0; fetch < 100; fetch += 1) hedging.note(150);
    for (let fetch = 0; fetch < 4; fetch += 1) hedging.note(60_000);
    assert.equal(hedging.delayMs, 300);
    for (let fetch = 0; fetch < 128; fetch += 1) hedging.note(1);
    assert.equal(hedging.delayMs, 200);
  });

  it('A-18 lets at most 16 extra fetches be made at once, and one more for every ten that end well', () => {
    const hedging = new Hedging(200);
    assert.equal(hedging.take(17), false);
    assert.equal(hedging.take(10), true);
    assert.equal(hedging.take(7), false);
    assert.equal(hedging.take(6), true);
    assert.equal(hedging.take(1), false);
    for (let fetch = 0; fetch < 11; fetch += 1) hedging.note(1);
    assert.equal(hedging.take(1), true);
    assert.equal(hedging.take(1), false);
    for (let fetch = 0; fetch < 1000; fetch += 1) hedging.note(1);
    assert.equal(hedging.take(17), false);
    assert.equal(hedging.take(16), true);
  });
});

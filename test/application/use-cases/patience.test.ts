import { Patience } from '@dstore/application/use-cases/patience.js';
import assert from 'node:assert/strict';

import { VirtualClock } from '../virtual-clock.js';

describe('Patience', () => {
  const watched = (quorum: number, leastMs: number) => {
    const clock = new VirtualClock();
    const patience = new Patience(clock, quorum, leastMs);
    const seen = { isLost: false };
    void patience.lost.then(() => (seen.isLost = true));
    return { clock, patience, seen };
  };

  it('is lost when a quorum has waited as long again as it took', async () => {
    const { clock, patience, seen } = watched(2, 100);
    await clock.advance(400);
    patience.count();
    await clock.advance(5000);
    patience.count();
    await clock.advance(5399);
    assert.equal(seen.isLost, false);
    await clock.advance(1);
    assert.equal(seen.isLost, true);
  });

  it('lasts the least in any case', async () => {
    const { clock, patience, seen } = watched(1, 100);
    patience.count();
    await clock.advance(99);
    assert.equal(seen.isLost, false);
    await clock.advance(1);
    assert.equal(seen.isLost, true);
  });

  it('is not lost by fewer than the quorum, nor once it has ended, and leaves nobody asleep', async () => {
    const { clock, patience, seen } = watched(3, 100);
    for (let at = 0; at < 2; at += 1) patience.count();
    await clock.advance(1_000_000);
    assert.equal(seen.isLost, false);
    patience.count();
    patience.end();
    await clock.advance(1_000_000_000);
    assert.deepEqual([seen.isLost, clock.sleepers], [false, 0]);
  });
});

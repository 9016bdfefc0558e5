import assert from 'node:assert/strict';

import { SystemClock } from '@dstore/application/adapters/system/system-clock.js';

describe('SystemClock', () => {
  const clock = new SystemClock();

  it('sleeps no shorter than asked, give or take the rounding of a millisecond', async () => {
    const before = clock.now();
    await clock.sleep(15);
    assert.ok(clock.now() - before >= 14);
  });

  it('rejects a sleep with the reason of its signal, at once if it was aborted before', async () => {
    const stop = new AbortController();
    const asleep = clock.sleep(600_000, stop.signal);
    const reason = new Error('enough');
    stop.abort(reason);
    await assert.rejects(asleep, (error) => error === reason);
    await assert.rejects(clock.sleep(600_000, stop.signal), (error) => error === reason);
  });
});

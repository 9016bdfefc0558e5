import assert from 'node:assert/strict';
import type { Ledger, LedgerEvent } from '@dstore/application/ports/ledger.js';
import { Crew } from '@dstore/application/workers/crew.js';
import { Loop } from '@dstore/application/workers/loop.js';

import { stillSurroundings } from './surroundings.js';

describe('Crew', () => {
  it('starts its duties, wakes those that an event concerns, and stops all', async () => {
    const around = stillSurroundings();
    const opened = Promise.withResolvers<void>();
    const ledger: Pick<Ledger, 'events'> = {
      async *events({ signal }) {
        await opened.promise;
        yield { name: 'EpochOpened', checkpoint: { block: 1n } } as LedgerEvent;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    };
    const runs = { woken: 0, resting: 0 };
    const duty = (name: keyof typeof runs, when: (event: LedgerEvent) => boolean) => ({
      worker: new Loop(name, async () => ((runs[name] += 1), 1_000_000), around),
      when,
    });
    const crew = new Crew(ledger, [duty('woken', () => true), duty('resting', () => false)], around);
    crew.start();
    await around.clock.advance(1);
    assert.deepEqual(runs, { woken: 1, resting: 1 });
    opened.resolve();
    await around.clock.advance(1);
    assert.deepEqual(runs, { woken: 2, resting: 1 });
    await crew.stop();
    await around.clock.advance(5_000_000);
    assert.deepEqual(runs, { woken: 2, resting: 1 });
    assert.equal(around.clock.sleepers, 0);
  });
});

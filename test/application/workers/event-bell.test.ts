import assert from 'node:assert/strict';

import type { Checkpoint, LedgerEvent } from '@dstore/application/ports/ledger.js';
import { EventBell } from '@dstore/application/workers/event-bell.js';

import { stillSurroundings } from './surroundings.js';

const revealed = (block: bigint, msp: string): LedgerEvent => ({
  name: 'Revealed',
  payload: { epoch: 1n, msp },
  txId: `tx${block}`,
  checkpoint: { block, txId: `tx${block}` },
});

/** Streams that end or break after their events, one per call; the last one stays open. */
function ledgerOf(streams: { events: LedgerEvent[]; breaks?: boolean }[]) {
  const from: (Checkpoint | undefined)[] = [];
  return {
    from,
    async *events(options: { from?: Checkpoint; signal: AbortSignal }) {
      const stream = streams[from.push(options.from) - 1];
      yield* stream?.events ?? [];
      if (stream?.breaks === true) throw new Error('stream broken');
      if (stream !== undefined) return;
      await new Promise((resolve) => options.signal.addEventListener('abort', resolve));
    },
  };
}

describe('EventBell', () => {
  it('wakes whom an event concerns, and nobody else', async () => {
    const around = stillSurroundings();
    const woken: string[] = [];
    const call = (name: string) => ({
      worker: { wake: () => void woken.push(name) },
      when: (event: LedgerEvent) => event.name === 'Revealed' && event.payload.msp === name,
    });
    const ledger = ledgerOf([{ events: [revealed(1n, 'Org1'), revealed(2n, 'Org2'), revealed(3n, 'Org1')] }]);
    const bell = new EventBell(ledger, [call('Org1'), call('Org3')], around);
    bell.start();
    await around.clock.advance(0);
    await bell.stop();
    assert.deepEqual(woken, ['Org1', 'Org1']);
  });

  it('goes on behind the last event it saw when a stream breaks or ends', async () => {
    const around = stillSurroundings();
    const ledger = ledgerOf([
      { events: [revealed(1n, 'Org1')], breaks: true },
      { events: [revealed(2n, 'Org1')] },
    ]);
    let rung = 0;
    const bell = new EventBell(ledger, [{ worker: { wake: () => (rung += 1) }, when: () => true }], around);
    bell.start();
    await around.clock.advance(10_000);
    await bell.stop();
    assert.equal(rung, 2);
    assert.deepEqual(ledger.from, [undefined, { block: 1n, txId: 'tx1' }, { block: 2n, txId: 'tx2' }]);
    assert.equal(around.log.lines.length, 1);
  });
});

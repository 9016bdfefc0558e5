import assert from 'node:assert/strict';
import { RecentRows } from '@dstore/application/use-cases/recent-rows.js';

import { LedgerRows } from '../rows-ledger.js';
import { VirtualClock } from '../virtual-clock.js';

describe('RecentRows', () => {
  const clock = new VirtualClock();
  const rows = new LedgerRows();
  const ledger = rows.as('Org1', 'anybody');
  const setEpoch = (number: bigint) => rows.set('epoch', [], { v: 1, number, phase: 'open', openedAt: 0n });

  it('answers a row as it was a moment ago, and looks again after it', async () => {
    const recent = new RecentRows(ledger, clock, 1000);
    setEpoch(1n);
    assert.equal((await recent.read('epoch'))?.number, 1n);
    setEpoch(2n);
    await clock.advance(999);
    assert.equal((await recent.read('epoch'))?.number, 1n);
    await clock.advance(1);
    assert.equal((await recent.read('epoch'))?.number, 2n);
  });

  it('asks once for many who ask at once, and tells keys apart', async () => {
    let asked = 0;
    const counting = {
      read: async (...parts: string[]) => {
        asked += 1;
        return parts.join('/');
      },
    };
    const recent = new RecentRows(counting as unknown as typeof ledger, clock, 1000);
    const answers = await Promise.all([
      recent.read('member', 'Org1', 'a'),
      recent.read('member', 'Org1', 'a'),
      recent.read('member', 'Org1', 'b'),
    ]);
    assert.deepEqual(answers, ['member/Org1/a', 'member/Org1/a', 'member/Org1/b']);
    assert.equal(asked, 2);
  });

  it('remembers no failure', async () => {
    let fails = true;
    const failing = {
      read: async () => {
        if (fails) throw new Error('down');
        return 'up';
      },
    };
    const recent = new RecentRows(failing as unknown as typeof ledger, clock, 1000);
    await assert.rejects(recent.read('epoch'), /down/);
    fails = false;
    assert.equal(await recent.read('epoch'), 'up');
  });

  it('holds a bounded number of rows', async () => {
    let asked = 0;
    const counting = { read: async () => (asked += 1) };
    const recent = new RecentRows(counting as unknown as typeof ledger, clock, 1000);
    for (let at = 0; at < 10_001; at += 1) await recent.read('member', 'Org1', `m${at}`);
    await recent.read('member', 'Org1', 'm0');
    assert.equal(asked, 10_002, 'the first was forgotten');
  });
});

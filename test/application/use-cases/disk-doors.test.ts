import assert from 'node:assert/strict';

import type { Door } from '@dstore/application/ports/door.js';
import { DiskDoors } from '@dstore/application/use-cases/disk-doors.js';

import { LedgerRows } from '../rows-ledger.js';
import { diskRow } from '../rows.js';
import { VirtualClock } from '../virtual-clock.js';

describe('disk-doors', () => {
  const rows = new LedgerRows();
  const clock = new VirtualClock();
  const opened: string[] = [];
  const at = (url: string) => {
    opened.push(url);
    return {} as Door;
  };
  const doors = new DiskDoors(rows.as('Org1', 'owner'), { at }, clock);

  it('follows a door that moves, from the epoch of the change on', async () => {
    const row = diskRow('d1', 'Org1');
    const offer = { ...row.offer, door: 'https://elsewhere:2' };
    rows.set('disk', ['d1'], { ...row, next: { from: 5n, offer } });
    for (const number of [4n, 5n]) {
      rows.set('epoch', [], { v: 1, number, phase: 'open', openedAt: 0n });
      await doors.run('d1');
      await clock.advance(5_000);
    }
    assert.deepEqual(opened, ['https://d1:1', 'https://elsewhere:2']);
  });

  it('asks the ledger once for many who ask within a few seconds', async () => {
    rows.set('disk', ['d2'], diskRow('d2', 'Org2'));
    opened.length = 0;
    const [one, other] = await Promise.all([doors.run('d2'), doors.run('d2')]);
    await clock.advance(4_999);
    assert.equal(await doors.run('d2'), one);
    assert.equal(other, one);
    assert.deepEqual(opened, ['https://d2:1']);
  });

  it('knows no door of a disk that nobody offered', async () => {
    await assert.rejects(doors.run('d9'), { code: 'door-unreachable', retryable: false });
    rows.set('disk', ['d9'], diskRow('d9', 'Org9'));
    assert.ok(await doors.run('d9'), 'a failure is not remembered');
  });
});

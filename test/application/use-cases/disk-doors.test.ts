import assert from 'node:assert/strict';

import type { Door } from '@dstore/application/ports/door.js';
import { DiskDoors } from '@dstore/application/use-cases/disk-doors.js';

import { LedgerRows } from '../rows-ledger.js';
import { diskRow } from '../rows.js';

describe('disk-doors', () => {
  const rows = new LedgerRows();
  const opened: string[] = [];
  const at = (url: string) => {
    opened.push(url);
    return {} as Door;
  };
  const doors = new DiskDoors(rows.as('Org1', 'owner'), { at });

  it('follows a door that moves, from the epoch of the change on', async () => {
    const row = diskRow('d1', 'Org1');
    const offer = { ...row.offer, door: 'https://elsewhere:2' };
    rows.set('disk', ['d1'], { ...row, next: { from: 5n, offer } });
    for (const number of [4n, 5n]) {
      rows.set('epoch', [], { v: 1, number, phase: 'open', openedAt: 0n });
      await doors.run('d1');
    }
    assert.deepEqual(opened, ['https://d1:1', 'https://elsewhere:2']);
  });

  it('knows no door of a disk that nobody offered', async () => {
    await assert.rejects(doors.run('d9'), { code: 'door-unreachable', retryable: false });
  });
});

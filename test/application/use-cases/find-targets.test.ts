import assert from 'node:assert/strict';

import { FindTargets } from '@dstore/application/use-cases/find-targets.js';

import { diskRow, leaseRow } from '../rows.js';
import { leaseOn, VaultOfTests } from './vault-of-tests.js';

const gibibyte = 2 ** 30;

async function free(vault: VaultOfTests, avoid: string[] = []): Promise<Record<string, number>> {
  const targets = await new FindTargets(vault.ledger, 'v').run(new Set(avoid));
  return Object.fromEntries(targets.map(({ diskId, freeBytes }) => [diskId, freeBytes]));
}

describe('find-targets', () => {
  it('counts what the last committed content leaves of a lease', async () => {
    const vault = new VaultOfTests(2);
    const content = { root: '00'.repeat(32), count: 1n };
    vault.rows.set('content', [leaseOn(1), '9'], { ...content, revision: 2n, bytes: 8192n });
    vault.rows.set('content', [leaseOn(1), '8'], { ...content, revision: 1n, bytes: 4096n });
    assert.deepEqual(await free(vault), { d1: gibibyte - 8192, d2: gibibyte });
  });

  it('counts what an offering disk without a lease has not promised to others', async () => {
    const vault = new VaultOfTests(0);
    vault.addDisk(1);
    vault.rows.set('disk', ['d1'], diskRow('d1', 'Org1', { capacityBytes: 10_000n }));
    vault.rows.set('pool', ['d1'], { v: 1, reservedBytes: 4000n, collateral: 0n });
    vault.rows.set('lease', ['ff'], leaseRow({ leaseId: 'ff', vaultId: 'other', diskId: 'd1' }));
    assert.deepEqual(await free(vault), { d1: 6000 });
  });

  it('gives nothing to disks that pause or are to be avoided, yet names them', async () => {
    const vault = new VaultOfTests(3);
    vault.addDisk(4);
    vault.rows.set('disk', ['d4'], diskRow('d4', 'Org4', { state: 'paused' }));
    assert.deepEqual(await free(vault, ['d2']), { d1: gibibyte, d2: 0, d3: gibibyte, d4: 0 });
  });

  it('calls a disk whose provider defaulted a last resort, with room for a new lease', async () => {
    const vault = new VaultOfTests(2);
    vault.end(1);
    const targets = await new FindTargets(vault.ledger, 'v').run(new Set());
    assert.deepEqual(
      targets.map(({ lastResort, freeBytes }) => [lastResort, freeBytes]),
      [
        [true, 2 ** 40],
        [false, gibibyte],
      ],
    );
  });
});

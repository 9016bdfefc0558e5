import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import { Fault } from '@dstore/application/ports/fault.js';
import { LeaseOnDisks } from '@dstore/application/use-cases/lease-on-disks.js';
import assert from 'node:assert/strict';

import { MemoryVault } from '../memory-vault.js';
import { leaseRow } from '../rows.js';

async function begun() {
  const world = new MemoryVault('vault', 3);
  const { vault } = await world.open(new SqliteCatalog(':memory:'), 1000);
  const free = (diskId: string) => vault.candidates().find((disk) => disk.diskId === diskId)?.freeBytes;
  const leaseId = vault.disks.get('d1')?.lease?.leaseId ?? '';
  return { world, vault, free, leaseId };
}

describe('an open vault', () => {
  it('counts room that is promised as taken until it is released, 4 KiB at least', async () => {
    const { vault, free, leaseId } = await begun();
    const before = free('d1') ?? 0;
    vault.promise(leaseId, 64);
    vault.promise(leaseId, 1 << 20);
    assert.equal(free('d1'), before - 4096 - (1 << 20));
    vault.release(leaseId, 1 << 20);
    vault.release(leaseId, 64);
    assert.equal(free('d1'), before);
    vault.promise(leaseId, 2 ** 40);
    assert.equal(free('d1'), 0, 'never less than nothing');
  });

  it('gives a disk that failed nothing for half a minute', async () => {
    const { world, vault, free } = await begun();
    vault.noteFailure('d1');
    assert.ok(vault.isFailing('d1') && !vault.isFailing('d2'));
    assert.equal(free('d1'), 0);
    await world.clock.advance(30_001);
    assert.equal(vault.isFailing('d1'), false);
    assert.ok((free('d1') ?? 0) > 0);
  });

  it('A-117 leaves out disks without a lease of its own that still runs', async () => {
    const { world, vault, free, leaseId } = await begun();
    world.rows.set('lease', [leaseId], leaseRow({ leaseId, diskId: 'd1', vaultId: 'another' }));
    const other = vault.disks.get('d2')?.lease?.leaseId ?? '';
    const terms = { capacityBytes: 1n << 30n, lastEpoch: 1n };
    world.rows.set('lease', [other], leaseRow({ leaseId: other, diskId: 'd2', terms }));
    await vault.refresh();
    assert.equal(free('d1'), undefined);
    assert.equal(free('d2'), undefined, 'its last epoch is now');
    assert.ok((free('d3') ?? 0) > 0);
    assert.equal(vault.isActive(leaseId), false);
    assert.equal(vault.isActive(other), true);
  });

  it('opens doors of disks that the ledger knows, no others', async () => {
    const { world, vault } = await begun();
    assert.equal(vault.doorOf('d1'), world.doors[0]);
    assert.throws(
      () => vault.doorOf('none'),
      (error) => error instanceof Fault && error.code === 'door-unreachable',
    );
  });

  it('sees leases and their absence, looking for more only where one is missing', async () => {
    const { world, vault, leaseId } = await begun();
    let asked = 0;
    const leases = {
      run: async () => {
        asked += 1;
        await vault.refresh();
      },
    };
    const on = new LeaseOnDisks(vault, leases);
    assert.deepEqual([...(await on.run(['d1']))], [['d1', leaseId]]);
    assert.equal(asked, 0);
    world.rows.remove('lease', leaseId);
    await vault.refresh();
    assert.deepEqual([...(await on.run(['d1', 'd2'])).keys()], ['d2']);
    world.rows.set('lease', [leaseId], leaseRow({ leaseId, diskId: 'd1' }));
    assert.deepEqual([...(await on.run(['d1'])).keys()], ['d1']);
    assert.equal(asked, 2);
  });
});

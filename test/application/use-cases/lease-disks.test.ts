import assert from 'node:assert/strict';

import { LeaseDisks } from '@dstore/application/use-cases/lease-disks.js';

describe('lease-disks', () => {
  it('answers leases as they are after they were kept, and nothing for a disk that gave none', async () => {
    const disks = new Map<string, { lease: { leaseId: string } | undefined }>([
      ['d1', { lease: { leaseId: 'l1' } }],
      ['d2', { lease: undefined }],
      ['d3', { lease: undefined }],
    ]);
    const keepLeases = { run: async () => void disks.set('d2', { lease: { leaseId: 'l2' } }) };
    const leases = await new LeaseDisks({ disks }, keepLeases).run(['d2', 'd3', 'd4']);
    assert.deepEqual([...leases], [['d2', 'l2']]);
  });
});

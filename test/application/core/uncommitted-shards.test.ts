import { UncommittedShards } from '@dstore/application/core/uncommitted-shards.js';
import { accountedBytes } from '@dstore/chaincode/domain';
import fc from 'fast-check';
import assert from 'node:assert/strict';

/** The same sum, counted anew. */
function counted(shards: UncommittedShards, leaseId: string): bigint {
  return [...shards.values()]
    .filter((shard) => shard.leaseId === leaseId)
    .reduce((sum, { sizeBytes }) => sum + accountedBytes(sizeBytes), 0n);
}

const leases = ['one', 'two'];
const digests = ['a', 'b', 'c', 'd'];

describe('UncommittedShards', () => {
  it('has no bytes of a lease that it knows nothing of', () => {
    assert.equal(new UncommittedShards().bytesOf('one'), 0n);
  });

  it('A-107 counts a shard that is put again once, under the lease that put it last', () => {
    const shards = new UncommittedShards();
    shards
      .set('a', { leaseId: 'one', sizeBytes: 64, at: 0 })
      .set('a', { leaseId: 'two', sizeBytes: 9000, at: 1 });
    assert.deepEqual(
      leases.map((lease) => shards.bytesOf(lease)),
      [0n, accountedBytes(9000)],
    );
  });

  it('keeps the sums that counting anew would find, whatever comes and goes', () => {
    const step = fc.record({
      digest: fc.constantFrom(...digests),
      leaseId: fc.constantFrom(...leases),
      sizeBytes: fc.integer({ min: 64, max: 1 << 20 }),
      act: fc.constantFrom('set', 'delete', 'clear'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const shards = new UncommittedShards();
        for (const { digest, leaseId, sizeBytes, act } of steps) {
          if (act === 'set') shards.set(digest, { leaseId, sizeBytes, at: 0 });
          else if (act === 'delete') shards.delete(digest);
          else shards.clear();
          for (const lease of leases) assert.equal(shards.bytesOf(lease), counted(shards, lease));
        }
      }),
      { seed: 20261125 },
    );
  });
});

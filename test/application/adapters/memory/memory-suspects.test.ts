import assert from 'node:assert/strict';

import { MemorySuspects } from '@dstore/application/adapters/memory/memory-suspects.js';

describe('MemorySuspects', () => {
  it('knows a shard by disk and digest until it is cleared, however often it was noted', () => {
    const suspects = new MemorySuspects();
    const shard = { diskId: 'd1', digest: 'aa' };
    suspects.note(shard);
    suspects.note({ ...shard });
    assert.equal(suspects.count, 1);
    assert.ok(suspects.has({ ...shard }));
    assert.ok(!suspects.has({ ...shard, diskId: 'd2' }));
    suspects.clear({ ...shard });
    suspects.clear(shard);
    assert.ok(!suspects.has(shard));
    assert.equal(suspects.count, 0);
  });
});

import assert from 'node:assert/strict';
import { MemoryDisk } from '@dstore/application/adapters/memory/memory-disk.js';
import { ReadShard } from '@dstore/application/use-cases/read-shard.js';

import { shardOf } from './provider-on-rows.js';

describe('ReadShard', () => {
  it('hands out what lies on the disk, and says what does not', async () => {
    const disk = new MemoryDisk();
    const read = new ReadShard(disk);
    const { digest, bytes } = shardOf();
    await assert.rejects(read.run(digest), { code: 'shard-unknown' });
    assert.equal(await read.sizeOf(digest), undefined);
    await disk.put(digest, bytes);
    assert.deepEqual(await read.run(digest), bytes);
    assert.equal(await read.sizeOf(digest), bytes.length);
  });

  it('hands on that the disk failed', async () => {
    const disk = new MemoryDisk();
    await disk.close();
    await assert.rejects(new ReadShard(disk).run(shardOf().digest), { code: 'disk-failed' });
  });
});

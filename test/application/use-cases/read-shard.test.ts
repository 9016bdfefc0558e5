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

  it('reads into memory that came back, and into no other', async () => {
    const rooms: (Buffer | undefined)[] = [];
    const { bytes } = shardOf();
    const get = async (_digest: string, room?: Buffer) => {
      rooms.push(room);
      return room?.subarray(0, bytes.copy(room));
    };
    const read = new ReadShard({ get, sizeOf: async () => bytes.length });
    const first = await read.run('a');
    const second = await read.run('b');
    read.done(first);
    const third = await read.run('c');
    for (const one of [second, third]) assert.deepEqual(one, bytes);
    assert.notEqual(rooms[1]?.buffer, rooms[0]?.buffer);
    assert.equal(rooms[2]?.buffer, rooms[0]?.buffer);
  });

  it('hands on that the disk failed', async () => {
    const disk = new MemoryDisk();
    await disk.close();
    await assert.rejects(new ReadShard(disk).run(shardOf().digest), { code: 'disk-failed' });
  });
});

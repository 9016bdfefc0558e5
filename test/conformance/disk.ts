import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { shardDigest } from '@dstore/application/core/shard.js';
import type { Block, Disk } from '@dstore/application/ports/disk.js';
import { Denial, Fault } from '@dstore/application/ports/fault.js';

/** Where disks of one kind come from; everything is gone after `close`. */
export interface DiskWorld {
  open(): Promise<Disk>;
  /** A disk with room for so many bytes of blocks. */
  openSmall(capacityBytes: number): Promise<Disk>;
  /** Bytes of a block beside which the medium's own records are few; 1000 if undefined. */
  readonly blockBytes?: number;
  close(): Promise<void>;
}

/** Random bytes with their digest. */
export function blockOf(size: number): { digest: string; bytes: Buffer } {
  const bytes = randomBytes(size);
  return { digest: shardDigest(bytes), bytes };
}

/** Says whether an error is the denial of a code. */
export function isDenial(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof Denial, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  };
}

/** Everything a disk lists, in the order of the digests. */
export async function listed(disk: Disk): Promise<Block[]> {
  const blocks: Block[] = [];
  for await (const block of disk.list()) blocks.push(block);
  return blocks.sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

/** What every disk must do, whatever it keeps its blocks in. */
export function diskConformance(name: string, begin: () => Promise<DiskWorld>): void {
  describe(`disk of ${name}`, () => {
    let world: DiskWorld;
    let disk: Disk;

    beforeEach(async () => {
      world = await begin();
      disk = await world.open();
    });
    afterEach(async () => {
      await disk.close();
      await world.close();
    });

    for (const size of [64, 65, 1024, 4096, 65_537, (1 << 20) - 1, 1 << 20])
      it(`gives back a block of ${size} bytes`, async () => {
        const { digest, bytes } = blockOf(size);
        await disk.put(digest, bytes);
        assert.deepEqual(await disk.get(digest), bytes);
        assert.equal(await disk.sizeOf(digest), size);
        assert.deepEqual(await listed(disk), [{ digest, size }]);
      });

    it('gives a block whole, whatever is in the room that it is lent', async () => {
      const room = Buffer.alloc((1 << 20) + 1, 0xee);
      for (const size of [64, 1 << 20, 65]) {
        const { digest, bytes } = blockOf(size);
        await disk.put(digest, bytes);
        assert.deepEqual(await disk.get(digest, room), bytes);
      }
      assert.equal(await disk.get(blockOf(64).digest, room), undefined);
    });

    it('A-132 refuses bytes that the digest does not name, and changes nothing', async () => {
      const { digest, bytes } = blockOf(1024);
      const flipped = Buffer.from(bytes);
      flipped[511] = (flipped[511] as number) ^ 1;
      for (const wrong of [flipped, bytes.subarray(1), Buffer.alloc(0)])
        await assert.rejects(disk.put(digest, wrong), isDenial('digest-mismatch'));
      assert.equal(await disk.get(digest), undefined);
      await disk.put(digest, bytes);
      await assert.rejects(disk.put(digest, flipped), isDenial('digest-mismatch'));
      assert.deepEqual(await disk.get(digest), bytes);
    });

    it('takes no name that is no digest', async () => {
      for (const name of ['', 'ab', '../lock', 'A'.repeat(64), '0'.repeat(63), '0'.repeat(66)]) {
        await assert.rejects(disk.get(name), RangeError);
        await assert.rejects(disk.sizeOf(name), RangeError);
        await assert.rejects(disk.remove(name), RangeError);
      }
    });

    it('takes the same block twice', async () => {
      const { digest, bytes } = blockOf(300);
      await disk.put(digest, bytes);
      await disk.put(digest, bytes);
      assert.deepEqual(await listed(disk), [{ digest, size: 300 }]);
    });

    it('has nothing that nobody put', async () => {
      const { digest } = blockOf(64);
      assert.equal(await disk.get(digest), undefined);
      assert.equal(await disk.sizeOf(digest), undefined);
      assert.deepEqual(await listed(disk), []);
    });

    it('removes a block, once and again, and takes it anew', async () => {
      const [one, other] = [blockOf(64), blockOf(64)];
      await disk.put(one.digest, one.bytes);
      await disk.put(other.digest, other.bytes);
      await disk.remove(one.digest);
      await disk.remove(one.digest);
      assert.equal(await disk.get(one.digest), undefined);
      assert.deepEqual(await listed(disk), [{ digest: other.digest, size: 64 }]);
      await disk.put(one.digest, one.bytes);
      assert.deepEqual(await disk.get(one.digest), one.bytes);
    });

    it('takes one block from many at once', async () => {
      const { digest, bytes } = blockOf(1 << 18);
      await Promise.all(Array.from({ length: 16 }, () => disk.put(digest, bytes)));
      assert.deepEqual(await disk.get(digest), bytes);
      assert.deepEqual(await listed(disk), [{ digest, size: bytes.length }]);
    });

    it('has whoever was last when puts and removals of one block meet', async () => {
      const { digest, bytes } = blockOf(4096);
      await Promise.all([disk.put(digest, bytes), disk.remove(digest), disk.put(digest, bytes)]);
      assert.deepEqual(await disk.get(digest), bytes);
      await Promise.all([disk.remove(digest), disk.put(digest, bytes), disk.remove(digest)]);
      assert.equal(await disk.get(digest), undefined);
    });

    it('lists each of many blocks once', async () => {
      const blocks = Array.from({ length: 60 }, (_, index) => blockOf(64 + index));
      await Promise.all(blocks.map(({ digest, bytes }) => disk.put(digest, bytes)));
      const expected = blocks.map(({ digest, bytes }) => ({ digest, size: bytes.length }));
      assert.deepEqual(
        await listed(disk),
        expected.sort((a, b) => (a.digest < b.digest ? -1 : 1)),
      );
    });

    it('keeps its own copy of the bytes', async () => {
      const { digest, bytes } = blockOf(64);
      await disk.put(digest, bytes);
      bytes.fill(0);
      (await disk.get(digest))?.fill(1);
      assert.equal(shardDigest((await disk.get(digest)) as Buffer), digest);
    });

    it('F-04 refuses what has no room, still reads, and takes blocks again when there is room', async () => {
      const { blockBytes = 1000 } = world;
      const small = await world.openSmall(2.5 * blockBytes);
      try {
        const [first, second, third] = [blockOf(blockBytes), blockOf(blockBytes), blockOf(blockBytes)];
        await small.put(first.digest, first.bytes);
        await small.put(second.digest, second.bytes);
        await assert.rejects(small.put(third.digest, third.bytes), isDenial('disk-full'));
        assert.equal(await small.get(third.digest), undefined);
        assert.deepEqual(await small.get(first.digest), first.bytes);
        await small.put(first.digest, first.bytes);
        await small.remove(second.digest);
        await small.put(third.digest, third.bytes);
        assert.deepEqual(await small.get(third.digest), third.bytes);
      } finally {
        await small.close();
      }
    });

    it('fails after it was closed', async () => {
      const { digest, bytes } = blockOf(64);
      await disk.close();
      const closed = (error: unknown) => error instanceof Fault && error.code === 'disk-failed';
      await assert.rejects(disk.put(digest, bytes), closed);
      await assert.rejects(disk.get(digest), closed);
      await disk.close();
    });
  });
}

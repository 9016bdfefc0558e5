import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileDisk } from '@dstore/application/adapters/file/file-disk.js';
import { fileSystem, type Medium } from '@dstore/application/adapters/file/medium.js';
import { shardDigest } from '@dstore/application/core/shard.js';
import type { Disk } from '@dstore/application/ports/disk.js';
import { blockOf, diskConformance, isDenial, listed } from '../../../conformance/disk.js';
import { isFault } from '../../../conformance/ledger.js';

const childPath = join(dirname(fileURLToPath(import.meta.url)), 'put-until-killed.js');

const errorOf = (code: string) => Object.assign(new Error(`${code}: made up`), { code });

/** A medium of so many bytes in the folder; what is removed makes room again. */
function smallMedium(root: string, capacityBytes: number): Medium {
  return {
    ...fileSystem,
    async write(path, bytes) {
      const sizes = await Promise.all(
        (await readdir(join(root, 'blocks'), { recursive: true, withFileTypes: true }))
          .filter((entry) => entry.isFile())
          .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
      );
      const used = sizes.reduce((sum, size) => sum + size, 0);
      await fileSystem.write(path, bytes.subarray(0, Math.max(0, capacityBytes - used)));
      if (used + bytes.length > capacityBytes) throw errorOf('ENOSPC');
    },
  };
}

describe('FileDisk', () => {
  let folder: string;
  let root: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'disk-'));
    root = join(folder, 'new', 'disk');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  diskConformance('files', async () => {
    const own = await mkdtemp(join(tmpdir(), 'disk-'));
    return {
      open: () => FileDisk.open(join(own, 'large')),
      openSmall: (capacityBytes) =>
        FileDisk.open(join(own, 'small'), smallMedium(join(own, 'small'), capacityBytes)),
      close: () => rm(own, { recursive: true, force: true }),
    };
  });

  /** Opens the disk for one piece of work. */
  async function withDisk<T>(work: (disk: Disk) => Promise<T>, medium: Medium = fileSystem): Promise<T> {
    const disk = await FileDisk.open(root, medium);
    try {
      return await work(disk);
    } finally {
      await disk.close();
    }
  }

  const fileOf = (digest: string) => join(root, 'blocks', digest);
  const drafts = () => readdir(join(root, 'drafts'));

  it('has everything after it was opened again', async () => {
    const blocks = [blockOf(64), blockOf(1 << 20)];
    await withDisk(async (disk) => {
      for (const { digest, bytes } of blocks) await disk.put(digest, bytes);
    });
    await withDisk(async (disk) => {
      for (const { digest, bytes } of blocks) assert.deepEqual(await disk.get(digest), bytes);
    });
  });

  it('A-78 is opened once at a time', async () => {
    await withDisk(async () => {
      await assert.rejects(FileDisk.open(root), isFault('not-ready'));
    });
    await withDisk(async () => undefined);
  });

  it('A-78 is not opened while another process, even a stopped one, has it', async () => {
    const child = spawn(process.execPath, [childPath, root], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(child.stdout, 'data');
      child.kill('SIGSTOP');
      await assert.rejects(FileDisk.open(root), isFault('not-ready'));
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    await withDisk(async () => undefined);
  });

  it('F-02 has every block that was acknowledged, whole, after kill -9', async () => {
    const acknowledged = new Set<string>();
    for (let round = 0; round < 6; round += 1) {
      const child = spawn(process.execPath, [childPath, root], { stdio: ['ignore', 'pipe', 'inherit'] });
      const closed = once(child, 'close');
      let text = '';
      for await (const piece of child.stdout as AsyncIterable<Buffer>) {
        text += piece.toString('utf8');
        if (text.split('\n').length > 5 + round * 7) child.kill('SIGKILL');
      }
      await closed;
      for (const line of text.split('\n').slice(1, -1)) acknowledged.add(line);
    }
    assert.ok(acknowledged.size > 20);
    await withDisk(async (disk) => {
      for (const digest of acknowledged)
        assert.equal(shardDigest((await disk.get(digest)) as Buffer), digest);
      for (const { digest } of await listed(disk))
        assert.equal(shardDigest((await disk.get(digest)) as Buffer), digest);
      assert.deepEqual(await drafts(), []);
    });
  });

  it('F-02 removes drafts that a crash left', async () => {
    await withDisk(async () => undefined);
    await writeFile(join(root, 'drafts', '0'), 'half');
    await withDisk(async (disk) => {
      assert.deepEqual(await drafts(), []);
      const { digest, bytes } = blockOf(64);
      await disk.put(digest, bytes);
      assert.deepEqual(await drafts(), []);
    });
  });

  it('F-02 heals a block that was cut short or emptied when it is put again', async () => {
    const { digest, bytes } = blockOf(5000);
    for (const length of [0, 64, 4999]) {
      await withDisk((disk) => disk.put(digest, bytes));
      await truncate(fileOf(digest), length);
      await withDisk(async (disk) => {
        assert.equal((await disk.get(digest))?.length, length);
        await disk.put(digest, bytes);
        assert.deepEqual(await disk.get(digest), bytes);
      });
    }
  });

  it('F-02 syncs the block, then its folder, and the names of folders it made', async () => {
    const steps: string[] = [];
    const medium: Medium = {
      write: async (path, bytes) => (steps.push('write'), fileSystem.write(path, bytes)),
      rename: async (from, to) => (steps.push('rename'), fileSystem.rename(from, to)),
      syncFolder: async (path) => (steps.push(path), fileSystem.syncFolder(path)),
    };
    const { digest, bytes } = blockOf(64);
    await withDisk((disk) => disk.put(digest, bytes), medium);
    assert.deepEqual(steps, [
      join(root, 'blocks'),
      root,
      join(folder, 'new'),
      folder,
      'write',
      'rename',
      dirname(fileOf(digest)),
    ]);
  });

  for (const step of ['write', 'rename', 'syncFolder'] as const)
    for (const code of ['EIO', 'ENOSPC', 'EDQUOT'])
      it(`F-03 keeps nothing of a put whose ${step} failed by ${code}`, async () => {
        let failing = false;
        const real = { ...fileSystem } as Record<string, (...given: unknown[]) => Promise<void>>;
        const failingStep = async (...given: unknown[]) => {
          await real[step]?.(...given);
          if (failing) throw errorOf(code);
        };
        const medium: Medium = { ...fileSystem, [step]: failingStep };
        const { digest, bytes } = blockOf(1000);
        await withDisk(async (disk) => {
          failing = true;
          const wanted = code === 'EIO' ? isFault('disk-failed') : isDenial('disk-full');
          await assert.rejects(disk.put(digest, bytes), wanted);
          assert.equal(await disk.get(digest), undefined);
          assert.deepEqual(await drafts(), []);
          failing = false;
          await disk.put(digest, bytes);
          assert.deepEqual(await readFile(fileOf(digest)), bytes);
        }, medium);
      });

  it('lists no stray files', async () => {
    const { digest, bytes } = blockOf(64);
    await withDisk(async (disk) => {
      await disk.put(digest, bytes);
      await writeFile(join(dirname(fileOf(digest)), 'stray'), 'x');
      assert.deepEqual(await listed(disk), [{ digest, size: 64 }]);
    });
  });
});

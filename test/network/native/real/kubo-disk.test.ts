import { KuboDisk } from '@dstore/application/adapters/kubo/kubo-disk.js';
import { cidOf } from '@dstore/application/core/shard.js';
import { changedSections } from '@dstore/network/native/checks/kubo.js';
import type { KuboConfig } from '@dstore/network/native/kubo-daemon.js';
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { blockOf, diskConformance, listed } from '../../../conformance/disk.js';
import { isFault } from '../../../conformance/ledger.js';
import { RunningKubo } from './kubo-of-tests.js';

describe('KuboDisk on a daemon', () => {
  let kubo: RunningKubo;

  before(async () => {
    kubo = await RunningKubo.start();
  });
  after(() => kubo.close());
  afterEach(() => kubo.empty());

  diskConformance('a Kubo daemon', async () => ({
    open: () => KuboDisk.open(kubo.addresses),
    blockBytes: 200_000,
    openSmall: async (capacityBytes) => {
      await kubo.leaveRoom(capacityBytes);
      return KuboDisk.open(kubo.addresses);
    },
    close: () => kubo.empty(),
  }));

  async function withDisk<T>(work: (disk: KuboDisk) => Promise<T>): Promise<T> {
    const disk = await KuboDisk.open(kubo.addresses);
    try {
      return await work(disk);
    } finally {
      await disk.close();
    }
  }

  it('F-01 has every acknowledged block after the daemon was killed', async () => {
    const blocks = Array.from({ length: 40 }, () => blockOf(30_000));
    await withDisk((disk) => Promise.all(blocks.map(({ digest, bytes }) => disk.put(digest, bytes))));
    await kubo.kill();
    await kubo.stop();
    await kubo.restart();
    await withDisk(async (disk) => {
      for (const { digest, bytes } of blocks) assert.deepEqual(await disk.get(digest), bytes);
    });
  });

  it('writes a damaged block anew', async () => {
    const { digest, bytes } = blockOf(1000);
    await withDisk(async (disk) => {
      await disk.put(digest, bytes);
      await damage(join(kubo.daemon.folder, 'blocks'), bytes);
      assert.notDeepEqual(await disk.get(digest), bytes);
      await disk.put(digest, bytes);
      assert.deepEqual(await disk.get(digest), bytes);
    });
  });

  it('F-06 pins what it keeps, so that a collection of garbage takes nothing', async () => {
    const { digest, bytes } = blockOf(1000);
    await withDisk(async (disk) => {
      await disk.put(digest, bytes);
      const answer = await fetch(`${kubo.addresses.rpc}/api/v0/repo/gc`, { method: 'POST' });
      assert.doesNotMatch(await answer.text(), new RegExp(cidOf(digest)));
      assert.deepEqual(await disk.get(digest), bytes);
    });
  });

  it('lists no block of another kind', async () => {
    const form = new FormData();
    form.append('file', new Blob(['a stranger']));
    await fetch(`${kubo.addresses.rpc}/api/v0/block/put`, { method: 'POST', body: form });
    assert.deepEqual(await withDisk(listed), []);
  });

  it('F-06 refuses a daemon that was set to look for others, and takes it when it is set back', async () => {
    await kubo.set('Bootstrap', ['auto']);
    await kubo.set('Gateway.NoFetch', false);
    await assert.rejects(KuboDisk.open(kubo.addresses), (error) => {
      assert.match(String(error), /Bootstrap \(.*\); Gateway\.NoFetch \(/);
      return isFault('not-ready')(error);
    });
    await kubo.set('Bootstrap', []);
    await kubo.set('Gateway.NoFetch', true);
    await withDisk(listed);
    const config = await readFile(join(kubo.daemon.folder, 'config'), 'utf8');
    assert.deepEqual(changedSections(JSON.parse(config) as KuboConfig, kubo.daemon), []);
  });

  it('fails, and may be asked again, while the daemon is away', async () => {
    const { digest } = blockOf(1000);
    await withDisk(async (disk) => {
      await kubo.stop();
      await assert.rejects(disk.get(digest), isFault('disk-failed'));
      await kubo.restart();
      assert.equal(await disk.get(digest), undefined);
    });
  });
});

/** Flips a bit of the file that holds a block. */
async function damage(folder: string, bytes: Buffer): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !(await readFile(path)).equals(bytes)) continue;
    const wrong = Buffer.from(bytes);
    wrong[500] = (wrong[500] as number) ^ 1;
    return writeFile(path, wrong);
  }
  throw new Error('the block is in no file');
}

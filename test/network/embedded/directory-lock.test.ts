import { DirectoryLock } from '@dstore/network/embedded/directory-lock.js';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { inDirectory } from './world.js';

describe('DirectoryLock', () => {
  it('lets one at a time have a directory', async () => {
    await inDirectory(async (directory) => {
      const first = await DirectoryLock.take(directory);
      await assert.rejects(DirectoryLock.take(directory), /in use by process/);
      await first.release();
      await (await DirectoryLock.take(directory)).release();
    });
  });

  it('respects a living process', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      await inDirectory(async (directory) => {
        await writeFile(join(directory, 'lock'), `${child.pid}\n`);
        await assert.rejects(DirectoryLock.take(directory), new RegExp(`in use by process ${child.pid}`));
      });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  it('takes over from a dead process, from an earlier one of our own id, and from an empty file', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    for (const content of [`${pid}\n`, `${process.pid}\n`, ''])
      await inDirectory(async (directory) => {
        await writeFile(join(directory, 'lock'), content);
        await (await DirectoryLock.take(directory)).release();
      });
  });
});

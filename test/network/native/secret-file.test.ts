import { secretIn } from '@dstore/network/native/secret-file.js';
import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { inDirectory } from '../embedded/world.js';

describe('secretIn', () => {
  it('makes a secret up once and keeps it from others', async () => {
    await inDirectory(async (folder) => {
      const path = join(folder, 'secrets', 'identity.peer');
      const secret = await secretIn(path);
      assert.match(secret, /^[0-9a-f]{64}$/);
      assert.equal(await secretIn(path), secret);
      assert.notEqual(await secretIn(join(folder, 'other')), secret);
      if (process.platform !== 'win32') assert.equal((await stat(path)).mode & 0o777, 0o600);
    });
  });

  it('tells all who ask at once the same', async () => {
    await inDirectory(async (folder) => {
      const secrets = await Promise.all(Array.from({ length: 8 }, () => secretIn(join(folder, 'swarm'))));
      assert.equal(new Set(secrets).size, 1);
      assert.deepEqual(await readdir(folder), ['swarm']);
    });
  });
});

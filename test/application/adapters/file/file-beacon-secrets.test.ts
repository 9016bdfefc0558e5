import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { FileBeaconSecrets } from '@dstore/application/adapters/file/file-beacon-secrets.js';

describe('FileBeaconSecrets', () => {
  const anchor = 'ab'.repeat(32);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'beacon-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('keeps a secret across openings, readable by its owner only', async () => {
    const secret = Buffer.alloc(32, 7);
    await new FileBeaconSecrets(join(folder, 'org1')).put(anchor, secret);
    await new FileBeaconSecrets(join(folder, 'org1')).put(anchor, secret);
    assert.deepEqual(await new FileBeaconSecrets(join(folder, 'org1')).get(anchor), secret);
    const names = await readdir(join(folder, 'org1'));
    assert.deepEqual(names, [`${anchor}.secret`]);
    assert.equal((await stat(join(folder, 'org1', `${anchor}.secret`))).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, 'org1'))).mode & 0o777, 0o700);
  });

  it('knows nothing of an anchor that was never put, also without a folder', async () => {
    assert.equal(await new FileBeaconSecrets(join(folder, 'none')).get(anchor), undefined);
  });

  it('refuses a name that is no anchor', async () => {
    await assert.rejects(new FileBeaconSecrets(folder).get('../../etc/passwd'), RangeError);
    await assert.rejects(
      new FileBeaconSecrets(folder).put(anchor.toUpperCase(), Buffer.alloc(32)),
      RangeError,
    );
  });
});

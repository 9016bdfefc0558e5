import { replaceFile } from '@dstore/application/adapters/file/replace-file.js';
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('replaceFile', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstore-replace-'));
    path = join(folder, 'below', 'settings.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('makes the folder and the file, for their owner only', async () => {
    await replaceFile(path, 'first');
    assert.equal(await readFile(path, 'utf8'), 'first');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, 'below'))).mode & 0o777, 0o700);
  });

  it('puts bytes in the place of what is there, and leaves nothing beside them', async () => {
    await replaceFile(path, 'a first one that is longer');
    await replaceFile(path, Buffer.from('second'));
    assert.equal(await readFile(path, 'utf8'), 'second');
    assert.deepEqual(await readdir(join(folder, 'below')), ['settings.json']);
  });

  it('closes to others what was open to them', async () => {
    await replaceFile(path, 'first');
    await chmod(path, 0o644);
    await replaceFile(path, 'second');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('takes what a crash left beside it for nothing', async () => {
    await mkdir(join(folder, 'below'));
    await writeFile(`${path}.new`, 'half of something that was much longer');
    await replaceFile(path, 'whole');
    assert.equal(await readFile(path, 'utf8'), 'whole');
    assert.deepEqual(await readdir(join(folder, 'below')), ['settings.json']);
  });

  it('leaves what is there when it can not be replaced', async () => {
    await replaceFile(path, 'first');
    await mkdir(`${path}.new`);
    await assert.rejects(replaceFile(path, 'second'));
    assert.equal(await readFile(path, 'utf8'), 'first');
  });
});

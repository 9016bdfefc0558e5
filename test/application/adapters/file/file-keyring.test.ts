import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { FileKeyring } from '@dstore/application/adapters/file/file-keyring.js';
import { SystemRandom } from '@dstore/application/adapters/system/system-random.js';
import { VaultKeys } from '@dstore/application/core/vault-keys.js';
import { Fault } from '@dstore/application/ports/fault.js';

describe('FileKeyring', () => {
  const master = Buffer.alloc(32, 7);
  const sealId = Buffer.alloc(16, 1);
  const objectKey = Buffer.alloc(32, 2);
  const random = new SystemRandom();
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyring-'));
    path = join(folder, 'vault', 'master.key');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const fault = (code: string) => (error: unknown) =>
    error instanceof Fault && error.code === code && !error.retryable;
  const create = (passphrase?: string, key = master) =>
    FileKeyring.create(path, key, { vaultId: 'records', passphrase }, random);
  const open = (passphrase?: string, vaultId = 'records') => FileKeyring.open(path, { vaultId, passphrase });

  it('gives the same keys after it was opened again', async () => {
    const wrapped = (await create()).wrap(sealId, objectKey);
    const again = await open();
    assert.deepEqual(again.unwrap(sealId, wrapped), objectKey);
    assert.deepEqual(again.catalogKey(0), new VaultKeys(master, 'records', 0).catalogKey(0));
  });

  it('S-19 keeps the master key where nobody else may read it, and leaves nothing beside it', async () => {
    await create();
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, 'vault'))).mode & 0o777, 0o700);
    assert.deepEqual(await readdir(join(folder, 'vault')), ['master.key']);
  });

  it('S-19 refuses a master key that others may read', async () => {
    await create();
    for (const mode of [0o640, 0o604, 0o660, 0o644]) {
      await chmod(path, mode);
      await assert.rejects(open(), fault('not-ready'), mode.toString(8));
    }
    await chmod(path, 0o400);
    await open();
  });

  it('S-19 seals the master key by a passphrase, and refuses a wrong one or none', async () => {
    await create('correct horse');
    const text = await readFile(path, 'utf8');
    assert.ok(!text.includes(master.toString('hex')));
    assert.deepEqual(
      (await open('correct horse')).structureKey(0),
      new VaultKeys(master, 'records', 0).structureKey(0),
    );
    await assert.rejects(open('Correct horse'), fault('seal-broken'));
    await assert.rejects(open(''), fault('seal-broken'));
    await assert.rejects(open(), fault('seal-broken'));
  });

  it("S-19 refuses another vault's file, also under a changed name", async () => {
    await create('correct horse');
    await assert.rejects(open('correct horse', 'others'), fault('not-ready'));
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"records"', '"others"'));
    await assert.rejects(open('correct horse', 'others'), fault('seal-broken'));
  });

  it('refuses a damaged file', async () => {
    await create();
    const text = await readFile(path, 'utf8');
    const damaged = ['', '{}', text.slice(0, -3), text.replace('07', '08'), text.replace('plain', 'plane')];
    for (const bad of [
      ...damaged,
      text.replace('records', 'recordz'),
      '{"format":"dstore/v1/master","vaultId":"records"}',
    ]) {
      await writeFile(path, bad);
      await assert.rejects(open(), fault('seal-broken'), bad);
    }
  });

  it('never writes over another master key', async () => {
    await create();
    const text = await readFile(path, 'utf8');
    await create();
    await assert.rejects(create(undefined, Buffer.alloc(32, 8)), fault('not-ready'));
    assert.equal(await readFile(path, 'utf8'), text);
    assert.deepEqual(await readdir(join(folder, 'vault')), ['master.key']);
  });

  it('refuses to start without a file, and to keep what is no master key', async () => {
    await assert.rejects(open(), fault('not-ready'));
    await assert.rejects(create(undefined, Buffer.alloc(16)), RangeError);
    assert.deepEqual(await readdir(folder), []);
  });
});

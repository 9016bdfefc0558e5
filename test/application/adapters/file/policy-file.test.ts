import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PolicyFile } from '@dstore/application/adapters/file/policy-file.js';

const settings = {
  maxPrice: 200n,
  minCollateralRate: 500n,
  termEpochs: 100n,
  capacityBytes: 1n << 30n,
  headroomBytes: 0n,
};

describe('PolicyFile', () => {
  let folder = '';
  const path = () => join(folder, 'lease-policy.json');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'policy-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is the policy of the settings until another one is written, and writes nothing by itself', async () => {
    assert.deepEqual((await PolicyFile.open(path(), settings)).read(), settings);
    assert.deepEqual(await readdir(folder), []);
  });

  it('keeps every member of what was written, whatever the settings say later', async () => {
    const file = await PolicyFile.open(path(), settings);
    for (const policy of [
      { ...settings, maxPrice: 10n ** 38n - 1n, budget: 7n, auto: false, avoid: ['d1', 'd2'] },
      { ...settings, auto: true, avoid: [] },
      settings,
    ]) {
      await file.write(policy);
      assert.deepEqual(file.read(), policy);
      assert.deepEqual((await PolicyFile.open(path(), { ...settings, termEpochs: 1n })).read(), policy);
    }
    assert.deepEqual(await readdir(folder), ['lease-policy.json']);
  });

  it('leaves all but the avoided disks to the settings until a policy is put', async () => {
    const file = await PolicyFile.open(path(), settings);
    await file.avoid(['d1']);
    assert.deepEqual(file.read(), { ...settings, avoid: ['d1'] });
    const dearer = { ...settings, maxPrice: 300n };
    const again = await PolicyFile.open(path(), dearer);
    assert.deepEqual(again.read(), { ...dearer, avoid: ['d1'] });
    assert.equal(again.overrides, false);
    await again.write({ ...settings, termEpochs: 7n, avoid: ['d1'] });
    await again.avoid([]);
    const last = await PolicyFile.open(path(), dearer);
    assert.deepEqual(last.read(), { ...settings, termEpochs: 7n, avoid: [] });
    assert.equal(last.overrides, true);
  });

  it('refuses a file that holds no policy: cut short, of another format, with a stray member', async () => {
    await (await PolicyFile.open(path(), settings)).write(settings);
    const good = await readFile(path(), 'utf8');
    for (const bad of [
      '',
      good.slice(0, -3),
      good.replace('lease-policy', 'lease-polity'),
      good.replace('"maxPrice"', '"mxPrice"'),
      good.replace('"100"', '"0100"'),
    ]) {
      await writeFile(path(), bad);
      await assert.rejects(PolicyFile.open(path(), settings), /lease-policy\.json holds no lease policy/);
    }
  });

  it('keeps the policy that it had when another one can not be written', async () => {
    const file = await PolicyFile.open(path(), settings);
    await mkdir(`${path()}.new`);
    await assert.rejects(file.write({ ...settings, maxPrice: 1n }));
    assert.deepEqual(file.read(), settings);
  });
});

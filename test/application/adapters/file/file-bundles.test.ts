import { FileBundles } from '@dstore/application/adapters/file/file-bundles.js';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { bundlesConformance } from '../../../conformance/bundles.js';

describe('FileBundles', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bundles-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const open = () => FileBundles.open(join(folder, 'bundles'));

  bundlesConformance(open);

  it('has them for the next process', async () => {
    await (await open()).keep(1n, 'ab'.repeat(32), Buffer.from('kept'));
    assert.deepEqual(await (await open()).get('ab'.repeat(32)), Buffer.from('kept'));
  });
});

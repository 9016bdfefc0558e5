import { tar } from '@dstore/network/native/tar.js';
import { runProgram } from '@dstore/network/program.js';
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { inDirectory } from '../embedded/world.js';

describe('tar', () => {
  it('is what tar itself unpacks, at sizes around a block', async () => {
    const entries = [0, 1, 511, 512, 513].map((size) => ({
      name: `s${size}`,
      content: Buffer.alloc(size, 7),
    }));
    await inDirectory(async (folder) => {
      await writeFile(join(folder, 'a.tar'), tar(entries));
      await runProgram('tar', ['-xf', 'a.tar'], { cwd: folder });
      for (const { name, content } of entries)
        assert.deepEqual(await readFile(join(folder, name)), content, name);
    });
  });

  it('makes equal bytes of equal files, whole blocks of them', () => {
    const entries = [{ name: 'connection.json', content: Buffer.from('{}') }];
    assert.deepEqual(tar(entries), tar(entries));
    assert.equal(tar(entries).length, 4 * 512);
  });

  it('refuses a name that the header does not hold', () => {
    assert.throws(() => tar([{ name: 'x'.repeat(101), content: Buffer.of() }]), RangeError);
    assert.equal(tar([{ name: 'x'.repeat(100), content: Buffer.of() }]).length, 3 * 512);
  });
});

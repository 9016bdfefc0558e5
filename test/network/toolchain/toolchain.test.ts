import { NetworkFault } from '@dstore/network/fault.js';
import { programNames, readyToolchain } from '@dstore/network/toolchain';
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { inDirectory } from '../embedded/world.js';
import { putPrograms } from './scripts.js';

/** A folder of programs in versions that fit. */
async function putRelease(folder: string): Promise<void> {
  await putPrograms(folder, programNames, 'Version: 3.1.1');
  await putPrograms(folder, ['fabric-ca-server'], 'Version: 1.5.21');
  await putPrograms(folder, ['ipfs'], 'ipfs version 0.42.0');
}

describe('readyToolchain', () => {
  if (process.platform === 'win32') return;

  it('takes ready binaries, with the configuration that lies beside them, and builds nothing', async () => {
    await inDirectory(async (folder) => {
      await putRelease(join(folder, 'bin'));
      await mkdir(join(folder, 'config'));
      await writeFile(join(folder, 'config', 'core.yaml'), '');
      const said: string[] = [];
      const environment = { FABRIC_BIN: join(folder, 'bin'), DSTORE_CACHE: join(folder, 'cache') };
      const { programs, samples } = await readyToolchain(environment, (line) => said.push(line));
      assert.equal(programs.peer, join(folder, 'bin', 'peer'));
      assert.equal(programs.ipfs, join(folder, 'bin', 'ipfs'));
      assert.equal(samples, join(folder, 'config'));
      assert.equal(said.length, 3);
    });
  });

  it('says what to do about binaries without a configuration', async () => {
    await inDirectory(async (folder) => {
      await putRelease(join(folder, 'bin'));
      const environment = { FABRIC_BIN: join(folder, 'bin') };
      await assert.rejects(
        readyToolchain(environment, () => undefined),
        (error) => error instanceof NetworkFault && /FABRIC_CFG_PATH/.test(error.fix),
      );
    });
  });
});

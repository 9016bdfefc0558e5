import { parts } from '@dstore/network/toolchain';
import { findPrograms } from '@dstore/network/toolchain/find-programs.js';
import assert from 'node:assert/strict';
import { appendFile, chmod } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { inDirectory } from '../embedded/world.js';
import { putPrograms } from './scripts.js';

const fabric = parts[0];
const unheard = () => assert.fail('nothing is to be said');

describe('findPrograms', () => {
  if (process.platform === 'win32') return;

  it('takes FABRIC_BIN before PATH', async () => {
    assert.ok(fabric !== undefined);
    await inDirectory(async (folder) => {
      for (const name of ['one', 'two'])
        await putPrograms(join(folder, name), fabric.programs, 'Version: v3.1.1');
      const environment = { FABRIC_BIN: join(folder, 'two'), PATH: join(folder, 'one') };
      assert.equal(await findPrograms(fabric, environment, unheard), join(folder, 'two'));
      assert.equal(await findPrograms(fabric, { PATH: environment.PATH }, unheard), join(folder, 'one'));
    });
  });

  it('passes over versions that do not fit and says so, and goes on to the next folder', async () => {
    assert.ok(fabric !== undefined);
    await inDirectory(async (folder) => {
      await putPrograms(join(folder, 'old'), fabric.programs, 'Version: v2.5.13');
      await putPrograms(join(folder, 'odd'), fabric.programs, 'development build');
      await putPrograms(join(folder, 'good'), fabric.programs, 'Version: 3.1.3');
      const said: string[] = [];
      const path = ['old', 'odd', 'good'].map((name) => join(folder, name)).join(delimiter);
      assert.equal(
        await findPrograms(fabric, { PATH: path }, (line) => said.push(line)),
        join(folder, 'good'),
      );
      assert.match(said[0] ?? '', /old is 2\.5\.13; 3\.1\.1 up to 4\.0\.0 fits/);
      assert.match(said[1] ?? '', /odd is an unknown version/);
    });
  });

  it('takes no folder in which a program is missing or may not be run', async () => {
    assert.ok(fabric !== undefined);
    await inDirectory(async (folder) => {
      await putPrograms(folder, fabric.programs.slice(1), 'Version: 3.1.1');
      assert.equal(await findPrograms(fabric, { PATH: folder }, unheard), undefined);
      await putPrograms(folder, fabric.programs, 'Version: 3.1.1');
      await chmod(join(folder, 'osnadmin'), 0o644);
      assert.equal(await findPrograms(fabric, { PATH: folder }, unheard), undefined);
    });
  });

  it('warns of an orderer with a SmartBFT that leaves orderers behind', async () => {
    assert.ok(fabric !== undefined);
    await inDirectory(async (folder) => {
      const said: string[] = [];
      for (const smartBft of ['1.0.0', '1.0.1', '1.2.0']) {
        const release = join(folder, smartBft);
        await putPrograms(release, fabric.programs, 'Version: 3.1.1');
        await appendFile(
          join(release, 'orderer'),
          `# dep\tgithub.com/hyperledger-labs/SmartBFT\tv${smartBft}\n`,
        );
        assert.equal(await findPrograms(fabric, { PATH: release }, (line) => said.push(line)), release);
      }
      assert.equal(said.length, 1);
      assert.match(said[0] ?? '', /carries SmartBFT 1\.0\.0: below 1\.0\.1/);
    });
  });
});

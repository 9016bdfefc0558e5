import { NetworkFault } from '@dstore/network/fault.js';
import { parts } from '@dstore/network/toolchain';
import { findGo } from '@dstore/network/toolchain/go.js';
import assert from 'node:assert/strict';
import { join } from 'node:path';

import { inDirectory } from '../embedded/world.js';
import { putPrograms } from './scripts.js';

/** Whether an error is a fault of this message whose fix names Go and FABRIC_BIN. */
function isFaultLike(message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof NetworkFault, String(error));
    assert.match(error.message, message);
    assert.match(error.fix, /install Go 1\.26\.\d+ or newer .*FABRIC_BIN/);
    return true;
  };
}

describe('findGo', () => {
  if (process.platform === 'win32') return;

  it('says how to get Go when there is none', async () => {
    await inDirectory((folder) =>
      assert.rejects(findGo(parts, join(folder, 'go')), isFaultLike(/^there is no Go on PATH/)),
    );
  });

  it('refuses a Go that is too old for any of the parts, and one that says nothing', async () => {
    await inDirectory(async (folder) => {
      await putPrograms(folder, ['go'], 'go1.21.3');
      await assert.rejects(
        findGo(parts, join(folder, 'go')),
        isFaultLike(/^the Go on PATH is 1\.21\.3; the servers need 1\.26\.\d+$/),
      );
      await putPrograms(folder, ['go'], 'hello');
      await assert.rejects(findGo(parts, join(folder, 'go')), isFaultLike(/does not say its version$/));
    });
  });

  it('takes one that is new enough', async () => {
    await inDirectory(async (folder) => {
      await putPrograms(folder, ['go'], 'go1.99.0');
      assert.deepEqual((await findGo(parts, join(folder, 'go'))).version, [1, 99, 0]);
    });
  });
});

import { parts } from '@dstore/network/toolchain';
import { cacheFolder, moduleFolder } from '@dstore/network/toolchain/cache.js';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

describe('the cache of servers', () => {
  it('is where DSTORE_CACHE says, else below the cache of the user', async () => {
    const [part] = parts;
    assert.ok(part !== undefined);
    assert.match(await cacheFolder(part, { DSTORE_CACHE: '/c' }), /^\/c\/toolchain\/fabric-[0-9a-f]{16}$/);
    assert.match(await cacheFolder(part, { XDG_CACHE_HOME: '/x' }), /^\/x\/dstore\/toolchain\/fabric-/);
    assert.match(await cacheFolder(part, {}), /\.cache\/dstore\/toolchain\/fabric-/);
  });

  it('has another folder for other flags', async () => {
    const [part] = parts;
    assert.ok(part !== undefined);
    const other = { ...part, ldflags: `${part.ldflags} -X a=b` };
    assert.notEqual(await cacheFolder(part, {}), await cacheFolder(other, {}));
    assert.equal(await cacheFolder(part, {}), await cacheFolder({ ...part }, {}));
  });

  it('is fed by modules that pin one upstream each, and raise SmartBFT', async () => {
    for (const part of parts) {
      const text = await readFile(join(moduleFolder(part), 'go.mod'), 'utf8');
      for (const program of part.programs) assert.ok(text.includes(`${part.packages}/${program}\n`), program);
      assert.ok(!/^replace/m.test(text));
    }
    const fabric = await readFile(join(moduleFolder(parts[0] as (typeof parts)[0]), 'go.mod'), 'utf8');
    assert.match(fabric, /hyperledger-labs\/SmartBFT v1\.0\.1 /);
  });
});

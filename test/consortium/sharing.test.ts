import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { ConsortiumOfTests, type OwnerOfTests } from '../application/consortium-of-tests.js';

/** Bytes of all files below a folder. */
async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  return bytes;
}

describe('64 puts of 10 KiB in flight', () => {
  const inFlight = 64;
  const perWriter = 8;
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;
  const objects = new Map<string, Buffer>();

  before(async () => {
    consortium = await ConsortiumOfTests.open();
    owner = await consortium.openOwner();
    await owner.makeBucket();
  });
  after(() => consortium?.close());

  it('share flushes, stripes and transactions', async function () {
    const { catalog } = owner.open.vault.means;
    const blocks = join(consortium.folder, 'network', 'blocks');
    const before = {
      revision: catalog.revision(),
      bytes: await bytesBelow(blocks),
      stripes: catalog.usage().stripes,
    };
    const writers = Array.from({ length: inFlight }, async (_, writer) => {
      for (let at = 0; at < perWriter; at += 1) {
        const bytes = randomBytes(10_240);
        objects.set(`${writer}/${at}`, bytes);
        await owner.put(`${writer}/${at}`, bytes);
      }
    });
    await Promise.all(writers);
    const flushes = Number(catalog.revision() - before.revision);
    const ledgerBytes = (await bytesBelow(blocks)) - before.bytes;
    console.log(
      `      ${flushes} flushes, ${(ledgerBytes / objects.size).toFixed(0)} bytes of ledger an object, ${(ledgerBytes / flushes).toFixed(0)} a flush`,
    );
    // Half of those in flight share a flush on a quiet machine; a busy one parts them into smaller ones.
    assert.ok(flushes <= (4 * objects.size) / inFlight, `${flushes} flushes of ${objects.size} objects`);
    assert.ok(catalog.usage().stripes - before.stripes <= flushes, 'each flush packs all it has');
    for (const [key, bytes] of objects) assert.deepEqual(await owner.get(key), bytes, key);
    await consortium.assertMirrors(owner);
  });
});

import { checkpointDue, decodeParts, encodeParts } from '@dstore/application/core/checkpoint.js';
import { catalogDeltaShape } from '@dstore/application/core/delta.js';
import { Refusal } from '@dstore/chaincode/domain';
import assert from 'node:assert/strict';

import { catalogDelta } from './entries-of-tests.js';

const parts = [1n, 2n, 3n].map((revision) => ({ ...catalogDelta, revision }));

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of source) list.push(one);
  return list;
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const written = async () => Buffer.concat(await all(encodeParts(parts)));

describe('checkpoint parts', () => {
  it('come back in order from pieces of any size', async () => {
    const bytes = await written();
    for (const size of [1, 7, 300, bytes.length - 1, bytes.length])
      assert.deepEqual(await all(decodeParts(pieces(bytes, size), catalogDeltaShape)), parts);
    assert.deepEqual(await all(decodeParts(pieces(Buffer.alloc(0), 1), catalogDeltaShape)), []);
  });

  it('refuse a line that is none, and an end in the middle of one', async () => {
    const bytes = await written();
    await assert.rejects(all(decodeParts(pieces(bytes.subarray(0, -1), 50), catalogDeltaShape)), RangeError);
    await assert.rejects(all(decodeParts(pieces(Buffer.from('{}\n'), 50), catalogDeltaShape)), Refusal);
  });

  it('A-135 are due after so many entries, or once these are twice the last checkpoint', () => {
    const none = { entries: 999, entryBytes: 0, checkpointBytes: 0 };
    assert.equal(checkpointDue(none), false);
    assert.equal(checkpointDue({ ...none, entries: 1000 }), true);
    assert.equal(checkpointDue({ ...none, entryBytes: (4 << 20) - 1 }), false);
    assert.equal(checkpointDue({ ...none, entryBytes: 4 << 20 }), true);
    const large = { ...none, checkpointBytes: 50 << 20 };
    assert.equal(checkpointDue({ ...large, entryBytes: (100 << 20) - 1 }), false);
    assert.equal(checkpointDue({ ...large, entryBytes: 100 << 20 }), true);
    assert.equal(checkpointDue({ ...none, entries: 5 }, 5), true);
  });
});

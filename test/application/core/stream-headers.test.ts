import assert from 'node:assert/strict';
import { StreamHeaders } from '@dstore/application/core/stream-headers.js';

describe('StreamHeaders', () => {
  it('gives back a copy of what was kept', () => {
    const headers = new StreamHeaders();
    const header = Buffer.alloc(40, 7);
    headers.keep('a', header);
    header.fill(0);
    assert.deepEqual(headers.get('a'), Buffer.alloc(40, 7));
    assert.equal(headers.get('b'), undefined);
  });

  it('lets go of the one that was not kept for the longest time where there are too many', () => {
    const headers = new StreamHeaders(2);
    for (const sealId of ['a', 'b', 'a', 'c']) headers.keep(sealId, Buffer.alloc(40, 1));
    assert.equal(headers.get('b'), undefined);
    assert.ok(headers.get('a') !== undefined && headers.get('c') !== undefined);
  });
});

import assert from 'node:assert/strict';

import { SystemRandom } from '@dstore/application/adapters/system/system-random.js';

describe('SystemRandom', () => {
  it('gives as many bytes as asked, and never the same sixteen twice', () => {
    const random = new SystemRandom();
    assert.equal(random.bytes(0).length, 0);
    assert.equal(random.bytes(33).length, 33);
    const drawn = new Set(Array.from({ length: 1000 }, () => random.bytes(16).toString('hex')));
    assert.equal(drawn.size, 1000);
  });
});

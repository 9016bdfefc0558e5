import assert from 'node:assert/strict';
import { quotaRoom } from '@dstore/application/core/quota.js';

describe('quotaRoom', () => {
  it('is what is left of a quota', () => {
    assert.equal(quotaRoom({ quotaBytes: 10 }, 0), 10);
    assert.equal(quotaRoom({ quotaBytes: 10 }, 9), 1);
    assert.equal(quotaRoom({ quotaBytes: 10 }, 10), 0);
    assert.equal(quotaRoom({ quotaBytes: 0 }, 0), 0);
    assert.equal(quotaRoom({ quotaBytes: Number.MAX_SAFE_INTEGER }, 1), Number.MAX_SAFE_INTEGER - 1);
  });

  it('has no end without a quota', () => {
    assert.equal(quotaRoom({}, Number.MAX_SAFE_INTEGER), Infinity);
  });

  it('is none, and not less, where a bucket holds more than its quota', () => {
    assert.equal(quotaRoom({ quotaBytes: 10 }, 11), 0);
    assert.equal(quotaRoom({ quotaBytes: 0 }, Number.MAX_SAFE_INTEGER), 0);
  });
});

import { judgeSpace } from '@dstore/network/native/checks/space.js';
import assert from 'node:assert/strict';

import { flawsOf } from './judged.js';

const gibibyte = 2 ** 30;
const roomy = { freeBytes: 50 * gibibyte, totalBytes: 100 * gibibyte, freeInodes: 500, totalInodes: 1000 };

describe('the check of space', () => {
  it('has enough of both, or where there are no inodes to count', () => {
    assert.deepEqual(judgeSpace(roomy), { says: '50.0 GiB free', flaws: [] });
    assert.deepEqual(flawsOf(judgeSpace({ ...roomy, freeInodes: 0, totalInodes: 0 })), []);
  });

  it('warns of a disk or a table of inodes that is nearly full, and fails a full one', () => {
    assert.deepEqual(flawsOf(judgeSpace({ ...roomy, freeBytes: gibibyte - 1 })), [
      'fail: less than 1 GiB is free',
    ]);
    assert.deepEqual(flawsOf(judgeSpace({ ...roomy, freeBytes: 4 * gibibyte })), [
      'warn: less than 5 % is free',
    ]);
    assert.deepEqual(flawsOf(judgeSpace({ ...roomy, freeInodes: 49 })), [
      'warn: less than 5 % of the inodes are free',
    ]);
  });
});

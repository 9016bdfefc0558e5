import { judgeEnds } from '@dstore/network/native/checks/certificate-ends.js';
import assert from 'node:assert/strict';

import { flawsOf } from './judged.js';

describe('the check of certificates', () => {
  it('A-86 warns a month before one ends, and fails when it has, the first one first', () => {
    const ends = [30, 29, -1, 364].map((daysLeft) => ({ place: `in ${daysLeft}`, daysLeft }));
    assert.deepEqual(flawsOf(judgeEnds(ends)), ['fail: in -1 has ended', 'warn: in 29 ends in 29 days']);
    assert.deepEqual(judgeEnds(ends.slice(3)), {
      says: '1 certificates, the first ends in 364 days',
      flaws: [],
    });
  });
});

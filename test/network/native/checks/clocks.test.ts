import { judgeClocks, judgeWindows } from '@dstore/network/native/checks/clocks.js';
import assert from 'node:assert/strict';

import { flawsOf } from './judged.js';

const ours = 1_700_000_000_000;
const off = (milliseconds: number) =>
  judgeClocks([{ name: 'org1.peer', ours, theirs: ours + milliseconds }], 120);

describe('the check of clocks', () => {
  it('takes less than a quarter of the window, and the second that HTTP leaves open', () => {
    for (const milliseconds of [0, -30_999, 30_999]) assert.deepEqual(flawsOf(off(milliseconds)), []);
  });

  it('says whose clock is off, early or late, or does not tell', () => {
    for (const milliseconds of [-31_000, 31_000])
      assert.deepEqual(flawsOf(off(milliseconds)), ['fail: the clock of org1.peer is off by 30 s']);
    const silent = judgeClocks([{ name: 'org1.peer', ours, theirs: undefined }], 120);
    assert.deepEqual(flawsOf(silent), ['warn: org1.peer does not tell its time']);
  });

  it('says which peers run with another window', () => {
    const peers = ['120s', '15m', undefined].map((value, at) => ({ name: `org${at}.peer`, value }));
    assert.deepEqual(flawsOf(judgeWindows(peers, 120)), [
      'fail: org1.peer allows 15m',
      "fail: org2.peer is down, or runs with Fabric's default",
    ]);
  });
});

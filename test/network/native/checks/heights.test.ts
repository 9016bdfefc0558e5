import { judgeOrderers, judgePeers, quorumOf } from '@dstore/network/native/checks/heights.js';
import assert from 'node:assert/strict';

import { flawsOf } from './judged.js';

const nodes = (...heights: (bigint | undefined)[]) =>
  heights.map((height, at) => ({ name: `org${at + 1}`, height, leader: 1 }));

describe('the check of peers', () => {
  it('lets a peer be five blocks behind, and no more', () => {
    assert.deepEqual(flawsOf(judgePeers(nodes(10n, 5n))), []);
    assert.deepEqual(flawsOf(judgePeers(nodes(10n, 4n, undefined))), [
      'fail: org2 is 6 blocks behind',
      'fail: org3 does not answer, or has not joined the channel',
    ]);
  });
});

describe('the check of orderers', () => {
  it('counts a quorum as SmartBFT does', () => {
    assert.deepEqual([1, 2, 3, 4, 5, 6, 7, 10].map(quorumOf), [1, 2, 2, 3, 4, 4, 5, 7]);
  });

  it('is content when all agree and one may fail', () => {
    assert.deepEqual(judgeOrderers(nodes(10n, 10n, 9n, 10n)), {
      says: '4 of 4 answer, blocks 9 to 10; 1 more may fail, the leader is number 1',
      flaws: [],
    });
  });

  it('F-08 warns when no more may fail, and fails when nothing is ordered', () => {
    const away = 'does not answer, or has not joined the channel';
    assert.deepEqual(flawsOf(judgeOrderers(nodes(10n, 10n, 10n, undefined))), [
      `fail: org4 ${away}`,
      'warn: no orderer more may fail',
    ]);
    assert.deepEqual(flawsOf(judgeOrderers(nodes(10n, 10n, undefined, undefined))), [
      `fail: org3 ${away}`,
      `fail: org4 ${away}`,
      'fail: too few orderers for a quorum: nothing is ordered',
    ]);
  });

  it('says that they know no leader, or several', () => {
    const leaders = (...numbers: (number | undefined)[]) =>
      nodes(1n, 1n, 1n, 1n).map((node, at) => ({ ...node, leader: numbers[at] }));
    assert.deepEqual(flawsOf(judgeOrderers(leaders(1, 1, undefined, 2))), ['warn: orderers name 2 leaders']);
    assert.deepEqual(flawsOf(judgeOrderers(leaders())), ['fail: no orderer knows a leader']);
  });
});

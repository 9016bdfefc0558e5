import { judgeOwners, judgeReach } from '@dstore/network/native/checks/ports-taken.js';
import assert from 'node:assert/strict';

import { flawsOf } from './judged.js';

const ports = new Set([20_100, 20_110, 20_120]);
const listener = (port: number, inode: string, address = '127.0.0.1') => ({ port, inode, address });

describe('the check of ports', () => {
  it('knows our own listeners, and says who else has a port of ours', () => {
    const found = [listener(20_100, '1'), listener(20_110, '2'), listener(80, '3')];
    assert.deepEqual(flawsOf(judgeOwners(ports, found, new Set(['1', '2']))), []);
    assert.deepEqual(flawsOf(judgeOwners(ports, found, new Set(['1']))), [
      'fail: another program listens on port 20110',
    ]);
  });

  it('says what is open to other machines', () => {
    const found = [listener(20_100, '1'), listener(20_110, '2', '0.0.0.0'), listener(80, '3', '::')];
    assert.deepEqual(flawsOf(judgeReach(ports, found)), ['fail: port 20110 is open on 0.0.0.0']);
  });
});

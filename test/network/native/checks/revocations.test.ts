import { judgeRevocations } from '@dstore/network/native/checks/revocations.js';
import assert from 'node:assert/strict';

import { flawsOf } from './judged.js';

const view = (byCa: string[], application: string[], orderer: string[]) => ({
  mspId: 'Org1MSP',
  byCa,
  inChannel: { Application: application, Orderer: orderer },
});

describe('the check of revocations', () => {
  it('is content when the channel knows what the CA does, or more', () => {
    assert.deepEqual(flawsOf(judgeRevocations([view([], [], []), view(['a'], ['b', 'a'], ['a'])])), []);
  });

  it('A-85 says in which part of the channel the revoked still count', () => {
    assert.deepEqual(flawsOf(judgeRevocations([view(['a', 'b'], ['a'], [])])), [
      'fail: 1 revoked by the CA of Org1MSP still count in Application',
      'fail: 2 revoked by the CA of Org1MSP still count in Orderer',
    ]);
  });
});

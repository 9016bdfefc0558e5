import { judgeDoors } from '@dstore/network/native/checks/shard-doors.js';
import assert from 'node:assert/strict';

import { flawsOf } from './judged.js';

describe('the check of shard doors', () => {
  const good = { disk: 'org1-d1', silence: undefined, takesStrangers: false };

  it('finds nothing wrong with a door that answers members only', () => {
    assert.deepEqual(flawsOf(judgeDoors([good])), []);
  });

  it('finds a door that is silent, and one that takes anybody', () => {
    const silent = { ...good, disk: 'org2-d1', silence: 'ECONNREFUSED' };
    const open = { ...good, disk: 'org3-d1', takesStrangers: true };
    assert.deepEqual(flawsOf(judgeDoors([good, silent, open])), [
      'fail: the door of org2-d1 does not answer: ECONNREFUSED',
      'fail: the door of org3-d1 takes any certificate',
    ]);
  });
});

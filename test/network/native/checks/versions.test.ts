import { judgeVersions } from '@dstore/network/native/checks/versions.js';
import assert from 'node:assert/strict';

import { flawsOf } from './judged.js';

const peer = (answer: string) => ({ name: 'Fabric', answer, lowest: '3.1.1', below: '4.0.0' });

describe('the check of versions', () => {
  it('takes what fits, and says what it is', () => {
    const outcome = judgeVersions([peer('peer:\n Version: 3.1.4')]);
    assert.deepEqual(outcome, { says: 'Fabric 3.1.4', flaws: [] });
  });

  it('fails what is too old, too new or says nothing', () => {
    const flaws = flawsOf(judgeVersions([peer('v2.5.13'), peer('4.0.0'), peer('hello')]));
    assert.deepEqual(flaws, [
      'fail: Fabric is 2.5.13',
      'fail: Fabric is 4.0.0',
      'fail: Fabric is of an unknown version',
    ]);
  });
});

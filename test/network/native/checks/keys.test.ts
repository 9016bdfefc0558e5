import { judgeKeys } from '@dstore/network/native/checks/keys.js';
import { privateKeyPem, selfSignedClient } from '@dstore/organizations';
import assert from 'node:assert/strict';

import { flawsOf } from './judged.js';

describe('the check of keys', () => {
  it('says which key does not fit, and which others may read', async () => {
    const [one, other] = [
      await selfSignedClient('one', Date.now()),
      await selfSignedClient('two', Date.now()),
    ];
    const { certificate } = one;
    const good = { path: 'a', key: privateKeyPem(one.privateKey), certificate, mode: 0o100600 };
    assert.deepEqual(judgeKeys([good]), { says: '1 keys', flaws: [] });
    assert.deepEqual(
      flawsOf(
        judgeKeys([
          good,
          { ...good, key: privateKeyPem(other.privateKey) },
          { ...good, key: 'no key' },
          { ...good, mode: 0o100640 },
        ]),
      ),
      [
        'fail: a does not fit its certificate',
        'fail: a does not fit its certificate',
        'fail: a may be read by others (mode 640)',
      ],
    );
  });
});

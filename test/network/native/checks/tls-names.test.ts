import { judgeNames } from '@dstore/network/native/checks/tls-names.js';
import { Authority } from '@dstore/organizations';
import assert from 'node:assert/strict';

import { inDirectory } from '../../embedded/world.js';
import { flawsOf } from './judged.js';

describe('the check of names', () => {
  it('finds the name in the certificate, and an address of this machine behind it', async () => {
    await inDirectory(async (directory) => {
      const authority = await Authority.create(directory, 'Org1MSP');
      const { certificate } = await authority.issueTls({ id: 'peer', type: 'client' });
      const server = (host: string) => ({ name: 'org1.peer', host, certificate });
      assert.deepEqual(flawsOf(judgeNames([server('localhost')], ['127.0.0.1', '::1'])), []);
      assert.deepEqual(flawsOf(judgeNames([server('peer.org1.example')], ['127.0.0.1'])), [
        'fail: the TLS certificate of org1.peer does not name peer.org1.example',
      ]);
      for (const addresses of [[], ['127.0.0.1', '10.0.0.1']])
        assert.deepEqual(flawsOf(judgeNames([server('localhost')], addresses)), [
          'fail: localhost is no address of this machine',
        ]);
    });
  });
});

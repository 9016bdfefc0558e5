import { Authority, loadIdentity, saveIdentity, signLowS } from '@dstore/organizations';
import assert from 'node:assert/strict';
import { verify, X509Certificate } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { inDirectory } from '../network/embedded/world.js';

describe('saveIdentity', () => {
  it('keeps an identity so that it signs as before', async () => {
    await inDirectory(async (directory) => {
      const authority = await Authority.create(directory, 'Org1MSP');
      const alice = await authority.issueIdentity({ id: 'alice', type: 'client' });
      const place = join(directory, 'alice');
      await saveIdentity(place, alice);
      const loaded = await loadIdentity(place);
      assert.deepEqual(
        { ...loaded, privateKey: undefined },
        { mspId: 'Org1MSP', id: 'alice', certificate: alice.certificate, privateKey: undefined },
      );
      const message = Buffer.from('x');
      const { publicKey } = new X509Certificate(alice.certificate);
      assert.ok(verify('sha256', message, publicKey, signLowS(loaded.privateKey, message)));
      if (process.platform !== 'win32')
        assert.equal((await stat(join(place, 'key.pem'))).mode & 0o777, 0o600);
      await rm(join(place, 'key.pem'));
      await assert.rejects(loadIdentity(place));
    });
  });
});

import { Authority, certificateExpiries } from '@dstore/organizations';
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { inDirectory } from '../network/embedded/world.js';

const day = 24 * 60 * 60 * 1000;

describe('certificateExpiries', () => {
  it('finds every certificate below a folder, the one that ends first first, keys left out', async () => {
    await inDirectory(async (folder) => {
      const now = Date.UTC(2030, 0, 1);
      const authority = await Authority.create(folder, 'Org1MSP', () => now);
      const alice = await authority.issueIdentity({ id: 'alice', type: 'client' });
      await writeFile(join(folder, 'chain.pem'), `${alice.certificate}${authority.identityRoot}`);
      const found = await certificateExpiries(folder, now);
      assert.deepEqual(
        found.map(({ path, daysLeft }) => [path, daysLeft]),
        [
          ['chain.pem', 3284],
          ['chain.pem', 3649],
          ['identity-ca.pem', 3649],
          ['tls-ca.pem', 3649],
        ],
      );
      assert.equal(found[0]?.commonName, 'alice');
    });
  });

  it('counts days below zero once a certificate has ended', async () => {
    await inDirectory(async (folder) => {
      const authority = await Authority.create(folder, 'Org1MSP', () => 0);
      await writeFile(
        join(folder, 'a.pem'),
        (await authority.issueIdentity({ id: 'a', type: 'client' })).certificate,
      );
      const [first] = await certificateExpiries(folder, 3286 * day);
      assert.equal(first?.path, 'a.pem');
      assert.equal(first?.daysLeft, -2);
    });
  });
});

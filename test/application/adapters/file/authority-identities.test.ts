import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthorityIdentities } from '@dstore/application/adapters/file/authority-identities.js';
import { SystemRandom } from '@dstore/application/adapters/system/system-random.js';
import { Denial } from '@dstore/application/ports/fault.js';
import { Authority, requestCertificate } from '@dstore/organizations';
import { describeIdentities } from '../../../conformance/identities.js';

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'identities-'));
  const authority = await Authority.create(join(folder, 'ca'), 'Org1MSP');
  const path = join(folder, 'kept', 'identities.json');
  const random = new SystemRandom();
  const again = () =>
    new AuthorityIdentities({ authority, path, random, isTaken: async (id) => id === 'founder' });
  const close = () => rm(folder, { recursive: true });
  return { identities: again(), root: authority.identityRoot, path, again, close };
}

describeIdentities('an embedded authority', open);

describe('AuthorityIdentities', () => {
  const wish = { id: 'alice', roles: ['owner'], enrollments: 5 } as const;

  it('remember everything, and keep no secret', async () => {
    const { identities, again, path, close } = await open();
    try {
      const secret = await identities.register(wish);
      assert.equal((await readFile(path, 'utf8')).includes(secret), false);
      if (process.platform !== 'win32') assert.equal((await stat(path)).mode & 0o777, 0o600);
      const { pem } = await requestCertificate({ commonName: 'alice' });
      await again().certify('alice', secret, pem);
      assert.equal(await again().revoke('alice'), 1);
    } finally {
      await close();
    }
  });

  it('spends a secret no more often than it is good for, however many come at once', async () => {
    const { identities, close } = await open();
    try {
      const secret = await identities.register(wish);
      const { pem } = await requestCertificate({ commonName: 'alice' });
      const tries = Array.from({ length: 12 }, () => identities.certify('alice', secret, pem));
      const settled = await Promise.allSettled(tries);
      assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 5);
    } finally {
      await close();
    }
  });

  it('gives nobody the id of a member who was never registered here', async () => {
    const { identities, close } = await open();
    try {
      await assert.rejects(identities.register({ ...wish, id: 'founder' }), (error) => {
        return error instanceof Denial && error.code === 'identity-exists';
      });
    } finally {
      await close();
    }
  });
});

import { Authority, privateKeyPem, writeMsp, writePublicMsp, writeTls } from '@dstore/organizations';
import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { inDirectory } from '../network/embedded/world.js';

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((file) => join(file.parentPath, file.name).slice(folder.length + 1)).sort();
}

describe('MSP folders', () => {
  it('hold roots, certificate and key where Fabric looks for them, the key for its owner only', async () => {
    await inDirectory(async (folder) => {
      const authority = await Authority.create(join(folder, 'ca'), 'Org1MSP');
      const roots = { identity: authority.identityRoot, tls: authority.tlsRoot };
      const alice = await authority.issueIdentity({ id: 'alice', type: 'client' });
      await writeMsp(join(folder, 'msp'), roots, alice);
      assert.deepEqual(await filesBelow(join(folder, 'msp')), [
        'cacerts/ca.pem',
        'config.yaml',
        'keystore/key.pem',
        'signcerts/certificate.pem',
        'tlscacerts/tls-ca.pem',
      ]);
      const key = join(folder, 'msp', 'keystore', 'key.pem');
      assert.equal(await readFile(key, 'utf8'), privateKeyPem(alice.privateKey));
      if (process.platform !== 'win32') assert.equal((await stat(key)).mode & 0o777, 0o600);
      const units = await readFile(join(folder, 'msp', 'config.yaml'), 'utf8');
      for (const unit of ['client', 'peer', 'admin', 'orderer'])
        assert.match(units, new RegExp(`OrganizationalUnitIdentifier: ${unit} `));
    });
  });

  it('hold no key in their public part', async () => {
    await inDirectory(async (folder) => {
      await writePublicMsp(folder, { identity: 'i', tls: 't' });
      assert.deepEqual(await filesBelow(folder), ['cacerts/ca.pem', 'config.yaml', 'tlscacerts/tls-ca.pem']);
    });
  });

  it('have their counterpart for TLS', async () => {
    await inDirectory(async (folder) => {
      const authority = await Authority.create(join(folder, 'ca'), 'Org1MSP');
      await writeTls(
        join(folder, 'tls'),
        authority.tlsRoot,
        await authority.issueIdentity({ id: 'a', type: 'client' }),
      );
      assert.deepEqual(await filesBelow(join(folder, 'tls')), ['ca.pem', 'certificate.pem', 'key.pem']);
      if (process.platform !== 'win32')
        assert.equal((await stat(join(folder, 'tls', 'key.pem'))).mode & 0o777, 0o600);
    });
  });
});

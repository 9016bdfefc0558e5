import { Authority, isIssuedBy, parseCertificate } from '@dstore/organizations';
import assert from 'node:assert/strict';

import { inDirectory } from '../network/embedded/world.js';

describe('isIssuedBy', () => {
  it('refuses a certificate with one flipped byte, wherever it lies', async () => {
    await inDirectory(async (directory) => {
      const authority = await Authority.create(directory, 'Org1MSP');
      const { certificate } = await authority.issueIdentity({ id: 'alice', type: 'client' });
      const der = Buffer.from(certificate.replace(/-----[^-]+-----|\s/g, ''), 'base64');
      for (let at = 0; at < der.length; at += 7) {
        const damaged = Buffer.from(der);
        damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
        const pem = `-----BEGIN CERTIFICATE-----\n${damaged.toString('base64')}\n-----END CERTIFICATE-----\n`;
        assert.equal(isIssuedBy(pem, authority.identityRoot), false, `byte ${at}`);
      }
    });
  });

  it('refuses an authority as a member, and a member as an authority', async () => {
    await inDirectory(async (directory) => {
      const authority = await Authority.create(directory, 'Org1MSP');
      const alice = await authority.issueIdentity({ id: 'alice', type: 'client' });
      assert.equal(isIssuedBy(authority.identityRoot, authority.identityRoot), false);
      assert.equal(isIssuedBy(alice.certificate, alice.certificate), false);
      assert.equal(isIssuedBy('no certificate', authority.identityRoot), false);
    });
  });
});

describe('parseCertificate', () => {
  it('refuses text that is no certificate', () => {
    assert.throws(() => parseCertificate('hello'));
  });

  it('finds no attributes and no unit in an authority', async () => {
    await inDirectory(async (directory) => {
      const authority = await Authority.create(directory, 'Org1MSP');
      const { attributes, organizationalUnit, commonName } = parseCertificate(authority.identityRoot);
      assert.deepEqual({ attributes, organizationalUnit }, { attributes: {}, organizationalUnit: '' });
      assert.equal(commonName, 'identity authority of Org1MSP');
    });
  });
});

import { parseCertificate, selfSignedClient } from '@dstore/organizations';
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';

describe('selfSignedClient', () => {
  it('makes a client certificate that vouches for itself and for nobody else', async () => {
    const now = Date.UTC(2030, 0, 1);
    const { certificate, privateKey } = await selfSignedClient('peer.org1', now);
    const parsed = new X509Certificate(certificate);
    assert.ok(parsed.verify(parsed.publicKey));
    assert.ok(parsed.checkPrivateKey(privateKey));
    assert.equal(parsed.ca, false);
    assert.deepEqual(parsed.keyUsage, ['1.3.6.1.5.5.7.3.2']);
    const { notBefore, notAfter } = parseCertificate(certificate);
    assert.ok(notBefore < now && now < notAfter);
  });
});

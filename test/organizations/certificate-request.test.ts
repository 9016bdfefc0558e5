import { requestCertificate } from '@dstore/organizations/certificate-request.js';
import * as x509 from '@peculiar/x509';
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';

describe('requestCertificate', () => {
  it('asks for a fresh key, signed by it, under the names of its hosts', async () => {
    const { pem, privateKey } = await requestCertificate({
      commonName: 'peer',
      organization: 'Org1MSP',
      hosts: ['localhost', '127.0.0.1', '::1'],
    });
    const request = new x509.Pkcs10CertificateRequest(pem);
    assert.equal(request.subject, 'O=Org1MSP, CN=peer');
    assert.ok(await request.verify());
    const extension = request.getExtension('2.5.29.17');
    assert.ok(extension !== null);
    const names = new x509.SubjectAlternativeNameExtension(extension.rawData).names.toJSON();
    assert.deepEqual(
      names.map(({ type, value }) => `${type} ${value}`),
      ['dns localhost', 'ip 127.0.0.1', 'ip ::1'],
    );
    const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
    assert.deepEqual(Buffer.from(request.publicKey.rawData), spki);
  });

  it('asks for a key that is there already, and makes another one at every other call', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const renewed = await requestCertificate({ commonName: 'alice' }, privateKey);
    assert.equal(renewed.privateKey, privateKey);
    const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
    const request = new x509.Pkcs10CertificateRequest(renewed.pem);
    assert.deepEqual(Buffer.from(request.publicKey.rawData), spki);
    assert.equal(request.extensions.length, 0);
    const [one, two] = await Promise.all([
      requestCertificate({ commonName: 'alice' }),
      requestCertificate({ commonName: 'alice' }),
    ]);
    assert.notDeepEqual(one.privateKey.export({ format: 'jwk' }), two.privateKey.export({ format: 'jwk' }));
  });
});

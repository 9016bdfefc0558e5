import { Authority, isIssuedBy, parseCertificate, requestCertificate } from '@dstore/organizations';
import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';

import { inDirectory } from '../network/embedded/world.js';

const day = 24 * 60 * 60 * 1000;

describe('Authority', () => {
  it('writes the attributes that Fabric CA would, and the type as organizational unit', async () => {
    await inDirectory(async (directory) => {
      const authority = await Authority.create(directory, 'Org1MSP');
      const alice = await authority.issueIdentity({
        id: 'alice',
        type: 'client',
        affiliation: 'org1.sales',
        roles: ['owner', 'treasurer'],
      });
      const certificate = parseCertificate(alice.certificate);
      assert.equal(certificate.commonName, 'alice');
      assert.equal(certificate.organizationalUnit, 'client');
      assert.deepEqual(certificate.attributes, {
        'hf.Affiliation': 'org1.sales',
        'hf.EnrollmentID': 'alice',
        'hf.Type': 'client',
        'dstore.roles': 'owner treasurer',
      });
    });
  });

  it('issues identities for nine years, dated back a little, each with its own serial number', async () => {
    await inDirectory(async (directory) => {
      const now = Date.UTC(2030, 0, 1);
      const authority = await Authority.create(directory, 'Org1MSP', () => now);
      const [one, two] = await Promise.all([
        authority.issueIdentity({ id: 'a', type: 'client' }),
        authority.issueIdentity({ id: 'a', type: 'client' }),
      ]);
      const certificate = parseCertificate(one.certificate);
      assert.ok(certificate.notBefore < now && now < certificate.notAfter);
      assert.ok(certificate.notAfter <= now + 9 * 365 * day);
      assert.notEqual(certificate.serialNumber, parseCertificate(two.certificate).serialNumber);
      assert.ok(isIssuedBy(one.certificate, authority.identityRoot, now));
      assert.equal(isIssuedBy(one.certificate, authority.identityRoot, now + 9 * 365 * day), false);
      assert.equal(isIssuedBy(one.certificate, authority.identityRoot, now - day), false);
    });
  });

  it('is the same authority after it was opened again', async () => {
    await inDirectory(async (directory) => {
      const before = await Authority.create(directory, 'Org1MSP');
      const after = await Authority.open(directory, 'Org1MSP');
      assert.equal(after.identityRoot, before.identityRoot);
      assert.equal(after.tlsRoot, before.tlsRoot);
      const bob = await after.issueIdentity({ id: 'bob', type: 'peer' });
      assert.ok(isIssuedBy(bob.certificate, before.identityRoot));
      await assert.rejects(Authority.open(join(directory, 'elsewhere'), 'Org1MSP'));
    });
  });

  it('keeps its keys from other users of the machine', async function () {
    if (process.platform === 'win32') return;
    await inDirectory(async (directory) => {
      await Authority.create(directory, 'Org1MSP');
      const keys = (await readdir(directory)).filter((name) => name.endsWith('key.pem'));
      assert.equal(keys.length, 2);
      for (const name of keys) assert.equal((await stat(join(directory, name))).mode & 0o777, 0o600);
    });
  });

  it('issues certificates that both ends of a mutual TLS connection accept', async () => {
    await inDirectory(async (directory) => {
      const authority = await Authority.create(directory, 'Org1MSP');
      const [serving, calling] = await Promise.all([
        authority.issueTls({ id: 'door', type: 'client' }),
        authority.issueTls({ id: 'alice', type: 'client' }, ['gateway.example']),
      ]);
      const end = { ca: authority.tlsRoot, rejectUnauthorized: true };
      const server = createServer({
        ...end,
        cert: serving.certificate,
        key: serving.privateKey,
        requestCert: true,
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const accepted = once(server, 'secureConnection');
      const client = connect({
        ...end,
        port,
        host: '127.0.0.1',
        cert: calling.certificate,
        key: calling.privateKey,
        servername: 'localhost',
      });
      try {
        await Promise.all([once(client, 'secureConnect'), accepted]);
        assert.ok(client.authorized);
      } finally {
        client.destroy();
        server.close();
      }
      const names = new X509Certificate(calling.certificate).subjectAltName ?? '';
      assert.match(names, /DNS:localhost, IP Address:127\.0\.0\.1, DNS:gateway\.example/);
      assert.ok(createPrivateKey(calling.privateKey));
    });
  });

  it('keeps identities and TLS apart, and organizations too', async () => {
    await inDirectory(async (directory) => {
      const one = await Authority.create(join(directory, 'one'), 'Org1MSP');
      const two = await Authority.create(join(directory, 'two'), 'Org1MSP');
      const { certificate } = await one.issueTls({ id: 'alice', type: 'client' });
      const alice = await one.issueIdentity({ id: 'alice', type: 'client' });
      assert.equal(isIssuedBy(certificate, one.identityRoot), false);
      assert.equal(isIssuedBy(alice.certificate, one.tlsRoot), false);
      assert.equal(isIssuedBy(alice.certificate, two.identityRoot), false);
    });
  });

  it('certifies the key of a request, and nothing else that it asks for', async () => {
    await inDirectory(async (directory) => {
      const authority = await Authority.create(directory, 'Org1MSP');
      const { pem, privateKey } = await requestCertificate({ commonName: 'mallory', hosts: ['bank'] });
      const issued = await authority.certify(pem, { id: 'alice', type: 'client', roles: ['owner'] });
      const certificate = parseCertificate(issued);
      assert.equal(certificate.commonName, 'alice');
      assert.equal(certificate.attributes['dstore.roles'], 'owner');
      assert.ok(new X509Certificate(issued).checkPrivateKey(privateKey));
      assert.equal(new X509Certificate(issued).subjectAltName, undefined);
      assert.ok(isIssuedBy(issued, authority.identityRoot, Date.now()));
    });
  });

  it('refuses a request that is none, is not signed by its key, or holds another kind of key', async () => {
    await inDirectory(async (directory) => {
      const authority = await Authority.create(directory, 'Org1MSP');
      const { pem } = await requestCertificate({ commonName: 'alice' });
      const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
      der[der.length - 1] = (der.at(-1) as number) ^ 1;
      const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
      for (const bad of ['', 'x', authority.identityRoot, pem.slice(0, 200), forged])
        await assert.rejects(authority.certify(bad, { id: 'alice', type: 'client' }), RangeError);
    });
  });
});

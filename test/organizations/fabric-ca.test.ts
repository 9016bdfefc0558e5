import { CaRefusal, CaUnreachable, FabricCa, isLowS } from '@dstore/organizations';
import assert from 'node:assert/strict';
import { verify } from 'node:crypto';

import { inDirectory } from '../network/embedded/world.js';
import { type Received, withCa } from './fake-ca.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const yes = (result: unknown) => ({ success: true, result, errors: [], messages: [] });
const no = (code: number, message: string) => ({ success: false, result: '', errors: [{ code, message }] });

/** A CA that answers this, and our side of it. */
function speaking<T>(
  answer: (received: Received) => unknown,
  use: (ca: FabricCa, world: Parameters<Parameters<typeof withCa<T>>[2]>[0]) => Promise<T>,
): Promise<T> {
  return inDirectory((folder) =>
    withCa(folder, answer, async (world) => {
      const { port, tlsRoot } = world;
      const ca = new FabricCa({ host: 'localhost', port, caName: 'identity.org1', tlsRoot });
      try {
        return await use(ca, world);
      } finally {
        ca.close();
      }
    }),
  );
}

const issued = yes({ Cert: base64('a certificate'), ServerInfo: { CAChain: base64('a chain') } });

describe('FabricCa', () => {
  it('enrols with id and secret, for a key that never leaves', async () => {
    await speaking(
      () => issued,
      async (ca, { received }) => {
        const { certificate, chain, privateKey } = await ca.enroll('alice', 'sesame', { profile: 'tls' });
        assert.deepEqual([certificate, chain], ['a certificate', 'a chain']);
        const [request] = received;
        assert.equal(request?.path, '/api/v1/enroll');
        assert.equal(request?.authorization, `Basic ${base64('alice:sesame')}`);
        const body = JSON.parse(request?.body ?? '') as Record<string, string>;
        assert.equal(body['caname'], 'identity.org1');
        assert.equal(body['profile'], 'tls');
        assert.match(body['certificate_request'] ?? '', /^-----BEGIN CERTIFICATE REQUEST-----/);
        assert.equal(privateKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
      },
    );
  });

  it('has the key of a request certified that was made elsewhere', async () => {
    await speaking(
      () => issued,
      async (ca, { received }) => {
        const signed = await ca.certify('alice', 'sesame', 'a request');
        assert.deepEqual(signed, { certificate: 'a certificate', chain: 'a chain' });
        assert.equal(received[0]?.authorization, `Basic ${base64('alice:sesame')}`);
        const body = JSON.parse(received[0]?.body ?? '') as Record<string, string>;
        assert.deepEqual(body, { certificate_request: 'a request', caname: 'identity.org1' });
      },
    );
  });

  it('signs method, path with query, body and certificate, with a low s', async () => {
    await speaking(
      ({ path }) => (path.startsWith('/api/v1/identities') ? yes({ identities: [] }) : issued),
      async (ca, { authority, received }) => {
        const alice = await authority.issueIdentity({ id: 'alice', type: 'client' });
        await ca.identities(alice);
        await ca.reenroll(alice);
        assert.equal(received[0]?.path, '/api/v1/identities?ca=identity.org1');
        for (const { method, path, body, authorization } of received) {
          const [certificate = '', signature = ''] = (authorization ?? '').split('.');
          assert.equal(Buffer.from(certificate, 'base64').toString(), alice.certificate);
          const bytes = Buffer.from(signature, 'base64');
          const signed = `${method}.${base64(path)}.${base64(body)}.${certificate}`;
          assert.ok(verify('sha256', Buffer.from(signed), alice.certificate, bytes));
          assert.equal(verify('sha256', Buffer.from(`${signed}x`), alice.certificate, bytes), false);
          assert.ok(isLowS(bytes));
        }
      },
    );
  });

  it('renews for the same key, or for a fresh one when asked', async () => {
    await speaking(
      () => issued,
      async (ca, { authority }) => {
        const alice = await authority.issueIdentity({ id: 'alice', type: 'client' });
        assert.equal((await ca.reenroll(alice)).privateKey, alice.privateKey);
        assert.notEqual((await ca.reenroll(alice, { freshKey: true })).privateKey, alice.privateKey);
      },
    );
  });

  it('registers with attributes for every certificate, and answers the secret', async () => {
    await speaking(
      () => yes({ secret: 'made up' }),
      async (ca, { authority, received }) => {
        const registrar = await authority.issueIdentity({ id: 'registrar', type: 'client' });
        const attributes = { 'dstore.roles': 'owner' };
        assert.equal(await ca.register(registrar, { id: 'bob', type: 'client', attributes }), 'made up');
        assert.deepEqual(JSON.parse(received[0]?.body ?? ''), {
          id: 'bob',
          type: 'client',
          affiliation: '',
          attrs: [{ name: 'dstore.roles', value: 'owner', ecert: true }],
          max_enrollments: -1,
          caname: 'identity.org1',
        });
      },
    );
  });

  it('revokes, reads the list of what is revoked, lists certificates', async () => {
    const answers: Readonly<Record<string, unknown>> = {
      '/api/v1/revoke': { RevokedCerts: [{ Serial: '0a', AKI: '0b' }] },
      '/api/v1/gencrl': { CRL: base64('a list') },
      '/api/v1/certificates?ca=identity.org1&id=bob%26x': { certs: [{ PEM: 'one' }, { PEM: 'two' }] },
    };
    await speaking(
      ({ path }) => yes(answers[path]),
      async (ca, { authority }) => {
        const registrar = await authority.issueIdentity({ id: 'registrar', type: 'client' });
        assert.deepEqual(await ca.revoke(registrar, { id: 'bob' }, 'keycompromise'), ['0a']);
        assert.equal(await ca.crl(registrar), 'a list');
        assert.deepEqual(await ca.certificates(registrar, 'bob&x'), ['one', 'two']);
      },
    );
  });

  it('says of a wrong secret what may be wrong', async () => {
    await speaking(
      () => no(20, 'Authentication failure'),
      async (ca) => {
        await assert.rejects(ca.enroll('alice', 'wrong'), (error) => {
          assert.ok(error instanceof CaRefusal);
          assert.equal(error.kind, 'not-authenticated');
          assert.equal(error.status, 401);
          assert.equal(
            error.message,
            'identity.org1 refuses to enrol alice: the id is not registered there, or the secret is wrong or spent, or the id was revoked: Authentication failure (code 20)',
          );
          return true;
        });
      },
    );
  });

  it('says of a certificate that counts no more what may be wrong', async () => {
    await speaking(
      () => no(20, 'Authentication failure'),
      async (ca, { authority }) => {
        const alice = await authority.issueIdentity({ id: 'alice', type: 'client' });
        await assert.rejects(
          ca.reenroll(alice),
          /the certificate that signed the request was revoked, has expired or is of another CA/,
        );
      },
    );
  });

  it('refuses an answer that no Fabric CA gives', async () => {
    await speaking(
      () => '<html>hello</html>',
      (ca) => assert.rejects(ca.chain(), /no answer of a Fabric CA: <html>/),
    );
  });

  it('says of a stopped CA where it should be, and of a stranger that it is one', async () => {
    await inDirectory(async (folder) => {
      const { port, tlsRoot } = await withCa(
        folder,
        () => yes({}),
        async (world) => world,
      );
      const stopped = new FabricCa({ host: 'localhost', port, caName: 'tls.org1', tlsRoot });
      await assert.rejects(stopped.chain(), (error) => {
        assert.ok(error instanceof CaUnreachable);
        assert.match(
          error.message,
          /^tls\.org1 can't be reached at https:\/\/localhost:\d+: nothing listens/,
        );
        return true;
      });
      stopped.close();
    });
    await inDirectory((folder) =>
      withCa(
        folder,
        () => yes({}),
        async ({ port, authority }) => {
          const tlsRoot = authority.identityRoot;
          const stranger = new FabricCa({ host: 'localhost', port, caName: 'tls.org1', tlsRoot });
          await assert.rejects(stranger.chain(), CaUnreachable);
          stranger.close();
        },
      ),
    );
  });
});

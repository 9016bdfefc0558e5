import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthorityIdentities } from '@dstore/application/adapters/file/authority-identities.js';
import { SystemRandom } from '@dstore/application/adapters/system/system-random.js';
import type { Gateway } from '@dstore/application/http/create-gateway.js';
import { RevokeIdentity } from '@dstore/application/use-cases/revoke-identity.js';
import { Authority, parseCertificate, requestCertificate, RevocationList } from '@dstore/organizations';
import { LedgerRows } from '../../rows-ledger.js';
import { ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from '../gateway-of-tests.js';

describe('the routes of identities', () => {
  let folder = '';
  let url = '';
  let gateway: Gateway;
  let authority: Authority;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'identities-'));
    authority = await Authority.create(join(folder, 'ca'), 'Org1MSP');
    const path = join(folder, 'identities.json');
    const random = new SystemRandom();
    const identities = new AuthorityIdentities({ authority, path, random, isTaken: async () => false });
    const revokeIdentity = new RevokeIdentity(identities, new LedgerRows().as('Org1MSP', 'admin'));
    const useCases = useCasesOfTests(new ObjectsOfTests());
    ({ gateway, url } = await startGateway(useCases, undefined, { identities, revokeIdentity }));
  });
  afterEach(async () => {
    await gateway.close();
    await rm(folder, { recursive: true });
  });

  const asAdmin = (path: string, body?: string | object) =>
    fetch(`${url}/v1/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${tokenOf('admin')}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const register = async (id: string) => {
    const answer = await asAdmin('identities', { id, roles: ['owner'] });
    assert.equal(answer.status, 201);
    return ((await answer.json()) as { secret: string }).secret;
  };
  const enroll = (id: string, body: string, authorization?: string) =>
    fetch(`${url}/v1/identities/${id}/enrollment`, {
      method: 'POST',
      headers: {
        'content-type': 'application/pkcs10',
        ...(authorization === undefined ? {} : { authorization }),
      },
      body,
    });
  const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;

  it('register, certify a key that stays with its owner, list, revoke', async () => {
    const secret = await register('alice');
    const { pem } = await requestCertificate({ commonName: 'alice' });
    const answer = await enroll('alice', pem, basic('alice', secret));
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/pem-certificate-chain/);
    const certificate = parseCertificate(await answer.text());
    assert.equal(certificate.commonName, 'alice');
    assert.deepEqual(await (await asAdmin('identities')).json(), {
      items: [{ id: 'alice', roles: ['owner'] }],
    });
    const revoked = await asAdmin('identities/alice/revocation', { reason: 'keycompromise' });
    assert.deepEqual(await revoked.json(), { certificates: 1 });
    const list = RevocationList.read(await (await asAdmin('crl')).text(), authority.identityRoot);
    assert.ok(list.has(certificate.serialNumber));
  });

  it('S-02 certify for nobody without the secret of the id, and say how to show it', async () => {
    const secret = await register('alice');
    const { pem } = await requestCertificate({ commonName: 'alice' });
    for (const [authorization, code] of [
      [undefined, 'credentials-missing'],
      [`Bearer ${tokenOf('admin')}`, 'secret-invalid'],
      [basic('bob', secret), 'secret-invalid'],
      [basic('alice', ''), 'secret-invalid'],
      [basic('alice', 'wrong'), 'secret-invalid'],
      ['Basic ????', 'secret-invalid'],
    ] as const) {
      const answer = await enroll('alice', pem, authorization);
      assert.equal(answer.status, 401, code);
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic /);
      assert.equal(await codeOf(answer), code);
    }
    assert.equal((await enroll('alice', pem, basic('alice', secret))).status, 200);
    assert.equal(await codeOf(await enroll('alice', pem, basic('alice', secret))), 'secret-invalid');
  });

  it('S-12 refuse bodies that are none, too long or malformed', async () => {
    const secret = await register('alice');
    for (const [body, status, code] of [
      ['', 400, 'csr-malformed'],
      ['hello', 400, 'csr-malformed'],
      ['-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----', 400, 'csr-malformed'],
      ['a'.repeat(20_000), 413, 'body-too-large'],
    ] as const) {
      const answer = await enroll('alice', body, basic('alice', secret));
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get('www-authenticate'), null);
      assert.equal(await codeOf(answer), code);
    }
    for (const body of [
      {},
      { id: 'a' },
      { id: 'a', roles: ['king'] },
      { id: 'a', roles: ['owner'], enrollments: 0 },
      { id: 'a', roles: [], secret: 'mine' },
    ])
      assert.equal(await codeOf(await asAdmin('identities', body)), 'request-malformed');
    assert.equal(await codeOf(await asAdmin('identities', { id: 'a/b', roles: [] })), 'name-malformed');
    assert.equal(await codeOf(await asAdmin('identities', { id: 'alice', roles: [] })), 'identity-exists');
    assert.equal(
      await codeOf(await asAdmin('identities/alice/revocation', { reason: 'whim' })),
      'request-malformed',
    );
    const unknown = await asAdmin('identities/nobody/revocation', {});
    assert.equal(unknown.status, 404);
    assert.equal(await codeOf(unknown), 'identity-unknown');
  });
});

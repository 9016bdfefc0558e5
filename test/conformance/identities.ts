import assert from 'node:assert/strict';
import { Denial, type GatewayCode } from '@dstore/application/ports/fault.js';
import type { Identities } from '@dstore/application/ports/identities.js';
import { isIssuedBy, parseCertificate, requestCertificate, RevocationList } from '@dstore/organizations';

/** Identities of a fresh authority, the root that it signs with, and how they end. */
export interface IdentitiesOfTests {
  readonly identities: Identities;
  readonly root: string;
  close(): Promise<void>;
}

/** What every adapter of the port promises. */
export function describeIdentities(name: string, open: () => Promise<IdentitiesOfTests>): void {
  describe(`the identities of ${name}`, () => {
    let world: IdentitiesOfTests;
    beforeEach(async () => (world = await open()));
    afterEach(() => world.close());

    const refuses = (work: Promise<unknown>, code: GatewayCode) =>
      assert.rejects(work, (error: unknown) => {
        assert.ok(error instanceof Denial, String(error));
        assert.equal(error.code, code);
        return true;
      });
    const register = (id: string, enrollments = 1) =>
      world.identities.register({ id, roles: ['owner', 'treasurer'], enrollments });
    const certify = async (id: string, secret: string) =>
      world.identities.certify(id, secret, (await requestCertificate({ commonName: 'whoever' })).pem);

    it('certify under the registered id and roles, whatever the request says', async () => {
      const pem = await certify('alice', await register('alice'));
      const certificate = parseCertificate(pem);
      assert.equal(certificate.commonName, 'alice');
      assert.equal(certificate.attributes['dstore.roles'], 'owner treasurer');
      assert.ok(isIssuedBy(pem, world.root, Date.now()));
      assert.equal(pem.match(/BEGIN CERTIFICATE/g)?.length, 2);
    });

    it('take no secret that is wrong, spent or of nobody, and answer alike', async () => {
      const secret = await register('alice', 2);
      await refuses(certify('alice', `${secret}x`), 'secret-invalid');
      await refuses(certify('nobody', secret), 'secret-invalid');
      await certify('alice', secret);
      await certify('alice', secret);
      await refuses(certify('alice', secret), 'secret-invalid');
    });

    it('do not spend a secret on a request that is none', async () => {
      const secret = await register('alice');
      const bad = '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n';
      await refuses(world.identities.certify('alice', secret, bad), 'csr-malformed');
      await certify('alice', secret);
    });

    it('register an id once', async () => {
      await register('alice');
      await refuses(register('alice'), 'identity-exists');
      const found = (await world.identities.list()).find(({ id }) => id === 'alice');
      assert.deepEqual(found, { id: 'alice', roles: ['owner', 'treasurer'] });
    });

    it('revoke all certificates and the secret of an id, once, and sign a list of them', async () => {
      const secret = await register('alice', 3);
      const [one, two] = [await certify('alice', secret), await certify('alice', secret)];
      const other = await certify('bob', await register('bob'));
      assert.equal(await world.identities.revoke('alice', 'keycompromise'), 2);
      assert.equal(await world.identities.revoke('alice', 'keycompromise'), 0);
      const list = RevocationList.read(await world.identities.crl(), world.root);
      const has = (pem: string) => list.has(parseCertificate(pem).serialNumber);
      assert.deepEqual([one, two, other].map(has), [true, true, false]);
      await refuses(certify('alice', secret), 'secret-invalid');
      await refuses(world.identities.revoke('nobody', 'unspecified'), 'identity-unknown');
    });
  });
}

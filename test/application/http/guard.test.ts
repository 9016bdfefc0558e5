import assert from 'node:assert/strict';
import { allControllers } from '@dstore/application/http/controllers/index.js';
import type { Gateway } from '@dstore/application/http/create-gateway.js';
import { routesOf } from '@dstore/application/http/openapi.js';
import { tokenRoles } from '@dstore/application/ports/token-store.js';
import { noIdentities, ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from './gateway-of-tests.js';

const readers = ['reader', 'writer', 'owner'];
const writers = ['writer', 'owner'];
const onlookers = ['owner', 'provider', 'treasurer', 'auditor', 'admin'];

/** Who may do what, written down a second time: a route without a line here fails. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'GET /v1/buckets': readers,
  'GET /v1/buckets/:bucket': readers,
  'PUT /v1/buckets/:bucket': ['owner'],
  'PATCH /v1/buckets/:bucket': ['owner'],
  'DELETE /v1/buckets/:bucket': ['owner'],
  'GET /v1/buckets/:bucket/objects': readers,
  'PUT /v1/buckets/:bucket/objects/*': writers,
  'GET /v1/buckets/:bucket/objects/*': readers,
  'HEAD /v1/buckets/:bucket/objects/*': readers,
  'DELETE /v1/buckets/:bucket/objects/*': writers,
  'GET /v1/buckets/:bucket/shards/*': readers,
  'GET /v1/leases': onlookers,
  'GET /v1/leases/:id': onlookers,
  'POST /v1/lease-quotes': onlookers,
  'GET /v1/lease-policy': onlookers,
  'PUT /v1/lease-policy': ['owner'],
  'POST /v1/leases': ['owner'],
  'POST /v1/leases/:id/extensions': ['owner'],
  'POST /v1/leases/:id/closure': ['owner'],
  'GET /v1/placements/explain': onlookers,
  'GET /v1/disks': onlookers,
  'GET /v1/disks/:id': onlookers,
  'GET /v1/disks/:id/earnings': onlookers,
  'GET /v1/epochs': onlookers,
  'GET /v1/epochs/:id': onlookers,
  'GET /v1/audits': onlookers,
  'GET /v1/audits/:epoch/:disk/:batch': onlookers,
  'GET /v1/audits/:epoch/:disk/:batch/bundle': onlookers,
  'POST /v1/audits/:epoch/:disk/:batch/replay': onlookers,
  'GET /v1/accounts/:msp/:id': onlookers,
  'GET /v1/accounts/:msp/:id/notes': onlookers,
  'GET /v1/supply': onlookers,
  'GET /v1/vault': ['owner'],
  'GET /v1/usage': ['owner'],
  'GET /v1/health': ['owner'],
  'GET /v1/repairs': ['owner'],
  'GET /v1/events': onlookers,
  'GET /v1/identities': ['admin'],
  'POST /v1/identities': ['admin'],
  'POST /v1/identities/:id/revocation': ['admin'],
  'GET /v1/crl': onlookers,
  'GET /v1/tokens': ['owner'],
  'POST /v1/tokens': ['owner'],
  'POST /v1/tokens/:id/rotation': ['owner'],
  'DELETE /v1/tokens/:id': ['owner'],
  'POST /v1/demo/disks': ['owner'],
  'POST /v1/demo/disks/:id/loss': ['owner'],
  'POST /v1/demo/disks/:id/restoration': ['owner'],
};

const open = [
  'GET /health/live',
  'GET /health/startup',
  'GET /health/ready',
  'GET /openapi.json',
  'GET /problems/:id',
  'GET /docs',
  'GET /',
  'GET /page.css',
  'GET /page.js',
  // By the id's own secret, which the certificate authority judges.
  'POST /v1/identities/:id/enrollment',
  'GET /v1/overview',
  'GET /v1/overview/events',
];

/** Routes that a token with a scope may use. */
const ofObjects = [
  'GET /v1/buckets',
  'GET /v1/buckets/:bucket',
  ...Object.keys(allowed).filter((route) => /buckets\/:bucket\/(?:objects|shards)/.test(route)),
];

describe('Guard', () => {
  let gateway: Gateway;
  let url = '';
  const objects = new ObjectsOfTests();
  const control = {
    add: async () => ({ diskId: 'x' }),
    lose: async () => undefined,
    restore: async () => undefined,
  };

  before(async () => {
    ({ gateway, url } = await startGateway(
      useCasesOfTests(objects),
      { control, commands: [] },
      noIdentities,
    ));
  });
  after(() => gateway.close());

  const ask = (route: string, headers: Record<string, string>) => {
    const [method = '', path = ''] = route.split(' ');
    const target = path.replace(/:\w+|\*/g, 'x');
    return fetch(`${url}${target}`, { method, headers });
  };

  it('S-05 knows every route of the router', () => {
    assert.deepEqual([...gateway.routes].sort(), [...Object.keys(allowed), ...open].sort());
    const declared = routesOf(allControllers).map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(declared.sort(), [...gateway.routes].sort());
  });

  for (const [route, roles] of Object.entries(allowed)) {
    it(`S-05 lets only ${roles.join(', ')} ${route}`, async () => {
      for (const role of tokenRoles) {
        if (roles.includes(role) && route.endsWith('events')) continue;
        const { status } = await ask(route, { authorization: `Bearer ${tokenOf(role)}` });
        if (roles.includes(role)) assert.ok(status !== 401 && status !== 403, `${role}: ${status}`);
        else assert.equal(status, 403, role);
      }
    });

    it(`S-02 refuses ${route} without a good token`, async () => {
      for (const headers of [
        {},
        { authorization: 'Basic dXNlcjpwYXNz' },
        { authorization: 'Bearer' },
        { authorization: 'Bearer nonsense' },
        { authorization: `Bearer ${tokenOf('owner')} more` },
      ]) {
        const answer = await ask(route, headers);
        assert.equal(answer.status, 401);
        assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
      }
    });
  }

  it('S-05 lets a token that is narrowed to a bucket to objects only, whatever its role', async () => {
    const run = async (text: string) => ({ tokenId: 'n', name: 'n', role: text, scope: { buckets: ['x'] } });
    const narrow = await startGateway(useCasesOfTests(objects, { verifyToken: { run } as never }));
    try {
      for (const route of narrow.gateway.routes.filter((each) => each in allowed)) {
        const [method = '', path = ''] = route.split(' ');
        const target = `${narrow.url}${path.replace(/:\w+|\*/g, 'x')}`;
        const headers = { authorization: `Bearer ${allowed[route]?.at(-1)}` };
        const answer = await fetch(target, { method, headers });
        const { code = '' } = (await answer.json().catch(() => ({}))) as { code?: string };
        assert.equal(code === 'scope-missing', !ofObjects.includes(route), `${route}: ${code}`);
      }
    } finally {
      await narrow.gateway.close();
    }
  });

  it('has no routes of a demo or of identities where there is none', async () => {
    const plain = await startGateway(useCasesOfTests(objects));
    try {
      assert.equal((await fetch(`${plain.url}/v1/overview`)).status, 404);
      assert.deepEqual(
        plain.gateway.routes.filter((route) => /demo|overview|identities|crl/.test(route)),
        [],
      );
    } finally {
      await plain.gateway.close();
    }
  });
});

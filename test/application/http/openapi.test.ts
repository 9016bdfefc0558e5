import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { allControllers } from '@dstore/application/http/controllers/index.js';
import { documentOf, routesOf, templateOf } from '@dstore/application/http/openapi.js';
import { noIdentities, ObjectsOfTests, startGateway, useCasesOfTests } from './gateway-of-tests.js';

const application = new URL('../../../../application/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, application), 'utf8')) as unknown;

describe('the OpenAPI document', () => {
  it('S-09 is the committed one', () => {
    const { version } = read('package.json') as { version: string };
    const written = JSON.parse(JSON.stringify(documentOf(allControllers, version))) as unknown;
    assert.deepEqual(
      written,
      read('openapi.json'),
      'run npm run openapi and commit application/openapi.json',
    );
  });

  it('S-09 has every route of the router and no other', async () => {
    const control = {
      add: async () => ({ diskId: 'x' }),
      lose: async () => undefined,
      restore: async () => undefined,
    };
    const { gateway } = await startGateway(
      useCasesOfTests(new ObjectsOfTests()),
      { control, commands: [] },
      noIdentities,
    );
    try {
      const { paths } = documentOf(allControllers, '0.0.0');
      const documented = Object.entries(paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
      );
      const routed = gateway.routes.map((route) => {
        const [method = '', path = ''] = route.split(' ');
        return `${method} ${templateOf(path)}`;
      });
      assert.deepEqual(routed.sort(), documented.sort());
    } finally {
      await gateway.close();
    }
  });

  it('gives every operation an id of its own', () => {
    const ids = routesOf(allControllers).map(({ facts }) => facts.id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('S-09 says of every schema what it is, not only its name', () => {
    const { schemas } = documentOf(allControllers, '0.0.0').components;
    for (const [name, schema] of Object.entries(schemas)) assert.ok(!('$ref' in (schema as object)), name);
    const { properties, required } = schemas['Bucket'] as { properties: object; required: string[] };
    const always = ['bucket', 'geometry', 'versions', 'objects', 'bytes', 'created'];
    assert.deepEqual(required, always);
    assert.deepEqual(Object.keys(properties).sort(), [...always, 'quotaBytes', 'digests'].sort());
    assert.deepEqual(Object.keys((schemas['BucketWish'] as { properties: object }).properties), [
      ...['geometry', 'versions', 'quotaBytes', 'digests'],
    ]);
  });

  it('has no reference that leads nowhere', () => {
    const document = documentOf(allControllers, '0.0.0');
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    assert.ok(names.length > 20);
    for (const name of names) assert.ok(document.components.schemas[name], name);
  });
});

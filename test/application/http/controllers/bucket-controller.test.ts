import assert from 'node:assert/strict';
import { bucketTag } from '@dstore/application/core/bucket-tag.js';
import type { Bucket } from '@dstore/application/core/delta.js';
import type { Gateway } from '@dstore/application/http/create-gateway.js';
import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import { ChangeBucket } from '@dstore/application/use-cases/change-bucket.js';
import { ListBuckets } from '@dstore/application/use-cases/list-buckets.js';
import { MemoryVault } from '../../memory-vault.js';
import { ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from '../gateway-of-tests.js';

describe('buckets over REST', () => {
  const catalog = new SqliteCatalog(':memory:');
  let gateway: Gateway;
  let url = '';

  before(async () => {
    const { vault, flush, put: putObject } = await new MemoryVault('rest-buckets', 4).open(catalog, 1000);
    const changeBucket = new ChangeBucket(vault, flush);
    const listBuckets = new ListBuckets(catalog);
    ({ gateway, url } = await startGateway(
      useCasesOfTests(new ObjectsOfTests(), { changeBucket, listBuckets, putObject }),
    ));
  });
  after(async () => {
    await gateway?.close();
    catalog.close();
  });

  const ask = (method: string, body?: object, headers: Record<string, string> = {}, bucket = 'photos') => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    return send(method, `/${bucket}`, body && JSON.stringify(body), { ...type, ...headers });
  };
  const store = (key: string, body: string) => send('PUT', `/limited/objects/${key}`, body);
  const send = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}/v1/buckets${path}`, {
      method,
      headers: { authorization: `Bearer ${tokenOf('owner')}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    const json = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    return { status: answer.status, headers: answer.headers, json };
  };

  it('are made once, 200 for the same and 409 for another wish', async () => {
    const made = await ask('PUT', {});
    assert.equal(made.status, 201);
    assert.equal(made.json['geometry'], '2+2');
    assert.ok(made.headers.get('dstore-transaction'));
    const again = await ask('PUT', { versions: 'latest', geometry: '2+2' });
    assert.equal(again.status, 200);
    assert.deepEqual(again.json, made.json);
    assert.equal(again.headers.get('dstore-transaction'), null, 'nothing was committed');
    assert.equal((await ask('PUT', { versions: 'keep' })).json['code'], 'bucket-exists');
  });

  it('are changed by who knows how they are, and by nobody else', async () => {
    const tag = (await ask('GET')).headers.get('etag') ?? '';
    assert.equal(tag, `"${bucketTag(catalog.bucket('photos') as Bucket)}"`);
    assert.equal((await ask('PATCH', { versions: 'keep' })).status, 428);
    const changed = await ask('PATCH', { versions: 'keep' }, { 'if-match': tag });
    assert.equal(changed.status, 200);
    assert.equal(changed.json['versions'], 'keep');
    assert.equal(changed.json['geometry'], '2+2');
    assert.ok(changed.headers.get('dstore-transaction'));
    assert.equal((await ask('PATCH', { versions: 'latest' }, { 'if-match': tag })).status, 412);
    assert.equal((await ask('PATCH', { geometry: '9+9' }, { 'if-match': '*' })).status, 422);
    assert.deepEqual((await ask('GET')).json, changed.json);
    assert.equal((await ask('GET')).headers.get('etag'), changed.headers.get('etag'));
  });

  it('are removed when empty, with the transaction that did', async () => {
    const removed = await ask('DELETE');
    assert.equal(removed.status, 204);
    assert.ok(removed.headers.get('dstore-transaction'));
    for (const method of ['GET', 'DELETE']) assert.equal((await ask(method)).status, 404);
    assert.equal((await ask('PATCH', {}, { 'if-match': '*' })).status, 404);
  });

  describe('with a quota and digests', () => {
    const of = (method: string, body?: object, headers: Record<string, string> = {}) =>
      ask(method, body, headers, 'limited');
    const any = { 'if-match': '*' };

    it('show them, and how much they hold, as numbers', async () => {
      const made = await of('PUT', { geometry: '2+1', quotaBytes: 10, digests: ['sha-512', 'sha-256'] });
      assert.equal(made.status, 201);
      const { created, ...shown } = made.json;
      assert.equal(typeof created, 'string');
      assert.deepEqual(shown, {
        ...{ bucket: 'limited', geometry: '2+1', versions: 'latest', objects: 0, bytes: 0 },
        ...{ quotaBytes: 10, digests: ['sha-256', 'sha-512'] },
      });
      assert.equal((await store('a', 'four')).status, 201);
      assert.equal((await store('b', '')).status, 201);
      assert.deepEqual((await of('GET')).json, { ...made.json, objects: 2, bytes: 4 });
      const list = await send('GET', '?limit=1');
      assert.deepEqual(list.json['items'], [(await of('GET')).json]);
    });

    it('are equal to a wish that does not name them, and to one that names the same', async () => {
      const { json } = await of('GET');
      for (const wish of [{}, { quotaBytes: 10 }, { digests: ['sha-512', 'sha-256'] }]) {
        const again = await of('PUT', wish);
        assert.equal(again.status, 200);
        assert.deepEqual(again.json, json);
      }
      for (const wish of [{ quotaBytes: 11 }, { quotaBytes: 0 }, { digests: [] }, { digests: ['sha-256'] }])
        assert.equal((await of('PUT', wish)).json['code'], 'bucket-exists', JSON.stringify(wish));
      assert.deepEqual((await of('GET')).json, json);
    });

    it('refuse what would pass the quota, with a problem that says it', async () => {
      const { status, json } = await store('c', 'seven b');
      assert.equal(status, 507);
      assert.equal(json['code'], 'quota-reached');
      assert.equal(json['quotaBytes'], '10');
      assert.equal(
        (await store('a', '0123456789')).status,
        200,
        'an overwrite has the room of what it drops',
      );
    });

    it('keep what a patch does not name, and lose what it says null of', async () => {
      const { json, headers } = await of('GET');
      const { quotaBytes, digests, ...bare } = json;
      assert.equal(quotaBytes, 10);
      assert.deepEqual((await of('PATCH', { versions: 'latest' }, any)).json, json);
      const freed = await of('PATCH', { quotaBytes: null }, any);
      assert.deepEqual(freed.json, { ...bare, digests });
      assert.notEqual(freed.headers.get('etag'), headers.get('etag'));
      assert.deepEqual((await of('PATCH', { digests: null }, any)).json, bare);
      assert.equal((await store('c', 'as much as one likes')).status, 201);
      assert.deepEqual((await of('PATCH', { digests: ['sha-256'], quotaBytes: 0 }, any)).json, {
        ...bare,
        ...{ objects: 3, bytes: 30, quotaBytes: 0, digests: ['sha-256'] },
      });
      assert.equal((await store('d', 'x')).status, 507);
      assert.equal((await store('d', '')).status, 201);
    });
  });
});

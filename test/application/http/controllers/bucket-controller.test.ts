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
    const { vault, flush } = await new MemoryVault('rest-buckets', 4).open(catalog, 1000);
    const changeBucket = new ChangeBucket(vault, flush);
    const listBuckets = new ListBuckets(catalog);
    ({ gateway, url } = await startGateway(
      useCasesOfTests(new ObjectsOfTests(), { changeBucket, listBuckets }),
    ));
  });
  after(async () => {
    await gateway?.close();
    catalog.close();
  });

  const ask = async (method: string, body?: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}/v1/buckets/photos`, {
      method,
      headers: {
        authorization: `Bearer ${tokenOf('owner')}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
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
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TokenFile } from '@dstore/application/adapters/file/token-file.js';
import type { Gateway } from '@dstore/application/http/create-gateway.js';
import { IssueToken } from '@dstore/application/use-cases/issue-token.js';
import { KeepTokens } from '@dstore/application/use-cases/keep-tokens.js';
import { ListBuckets } from '@dstore/application/use-cases/list-buckets.js';
import { VerifyToken } from '@dstore/application/use-cases/verify-token.js';
import { ObjectsOfTests, startGateway, useCasesOfTests } from '../gateway-of-tests.js';

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly json: Record<string, unknown>;
}

const random = { bytes: (count: number) => randomBytes(count) };
const bucketNamed = (bucket: string) => {
  return { bucket, dataShards: 1, parityShards: 1, versions: 'keep' as const, created: 0 };
};

describe('tokens over REST', () => {
  const objects = new ObjectsOfTests();
  let folder = '';
  let gateway: Gateway;
  let url = '';
  let owner = '';
  let now = Date.UTC(2026, 0, 1);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstore-tokens-'));
    const store = new TokenFile(join(folder, 'tokens.json'));
    const clock = { now: () => now };
    owner = await new IssueToken(store, random).run({ name: 'first', role: 'owner' });
    const useCases = useCasesOfTests(objects, {
      verifyToken: new VerifyToken(store, clock),
      keepTokens: new KeepTokens(store, random, clock),
      listBuckets: new ListBuckets({
        buckets: () => ['mail', 'photos', 'secret'].map(bucketNamed),
        bucketUsage: () => ({ objects: 0, bytes: 0 }),
      }),
      locateShards: { run: () => [], placeOf: () => ({ organization: '', site: '' }) },
    });
    ({ gateway, url } = await startGateway(useCases));
  });
  after(async () => {
    await gateway?.close();
    await rm(folder, { recursive: true });
  });

  const ask = async (token: string, line: string, body?: object | string): Promise<Answer> => {
    const [method = '', path = ''] = line.split(' ');
    const answer = await fetch(`${url}/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(typeof body === 'object' && { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = text !== '' && /json/.test(answer.headers.get('content-type') ?? '');
    const json = (isJson ? JSON.parse(text) : {}) as Record<string, unknown>;
    return { status: answer.status, code: json['code'] as string | undefined, json };
  };
  const give = async (wish: object) => {
    const { status, json } = await ask(owner, 'POST tokens', { name: 'x', ...wish });
    assert.equal(status, 201, JSON.stringify(json));
    return json as { id: string; token: string; previousEndsAt?: string };
  };

  it('S-02 are given with their text once, listed without it, and removed', async () => {
    const endsAt = '2026-02-01T00:00:00.000Z';
    const { token, ...shown } = await give({ role: 'reader', buckets: ['photos'], endsAt });
    assert.match(token, /^dst1_/);
    const { items } = (await ask(owner, 'GET tokens')).json as { items: { id: string }[] };
    assert.deepEqual(
      items.find(({ id }) => id === shown.id),
      { ...shown, role: 'reader', buckets: ['photos'], endsAt },
    );
    assert.ok(!JSON.stringify(items).includes(token.slice(22)));
    assert.equal((await ask(owner, 'GET tokens?limit=1')).json['next'] !== undefined, true);
    assert.equal((await ask(owner, `DELETE tokens/${shown.id}`)).status, 204);
    assert.equal((await ask(token, 'GET buckets')).code, 'token-invalid');
    assert.equal((await ask(owner, `DELETE tokens/${shown.id}`)).code, 'token-unknown');
    assert.equal((await ask(owner, `POST tokens/${shown.id}/rotation`, {})).code, 'token-unknown');
  });

  it('S-02 are refused from their end on', async () => {
    const { token } = await give({ role: 'reader', endsAt: new Date(now + 1000).toISOString() });
    assert.equal((await ask(token, 'GET buckets')).status, 200);
    now += 1000;
    const late = await ask(token, 'GET buckets');
    assert.deepEqual([late.status, late.code], [401, 'token-expired']);
  });

  it('S-02 are rotated, the old text good for a day or as long as was said', async () => {
    const first = await give({ role: 'reader' });
    const second = (await ask(owner, `POST tokens/${first.id}/rotation`, {})).json as typeof first;
    assert.equal(second.previousEndsAt, new Date(now + 86_400_000).toISOString());
    for (const { token } of [first, second]) assert.equal((await ask(token, 'GET buckets')).status, 200);
    const oldEndsAt = new Date(now).toISOString();
    const third = (await ask(owner, `POST tokens/${first.id}/rotation`, { oldEndsAt })).json as typeof first;
    assert.equal((await ask(first.token, 'GET buckets')).code, 'token-invalid');
    assert.equal((await ask(second.token, 'GET buckets')).code, 'token-expired');
    assert.equal((await ask(third.token, 'GET buckets')).status, 200);
  });

  it('S-05 give nobody more than the owner has', async () => {
    for (const role of ['admin', 'treasurer', 'provider'])
      assert.deepEqual((await ask(owner, 'POST tokens', { name: 'x', role })).code, 'scope-missing', role);
    const { token } = await give({ role: 'writer' });
    for (const line of ['GET tokens', 'POST tokens', 'POST tokens/x/rotation', 'DELETE tokens/x'])
      assert.equal((await ask(token, line)).code, 'scope-missing', line);
  });

  it('S-12 refuse a wish that does not fit', async () => {
    for (const wish of [
      {},
      { role: 'reader', name: '' },
      { role: 'king' },
      { role: 'reader', buckets: [] },
      { role: 'reader', buckets: ['ab'] },
      { role: 'reader', prefixes: [''] },
      { role: 'reader', prefixes: ['a\0'] },
      { role: 'reader', prefixes: ['\ud83d'] },
      { role: 'reader', prefixes: Array.from({ length: 101 }, String) },
      { role: 'reader', verbs: ['share'] },
      { role: 'reader', verbs: ['put'] },
      { role: 'owner', buckets: ['photos'] },
      { role: 'reader', endsAt: '2025-12-31T00:00:00Z' },
      { role: 'reader', endsAt: 'tomorrow' },
      { role: 'reader', endsAt: 1 },
      { role: 'reader', scope: {} },
    ]) {
      const { status, code } = await ask(owner, 'POST tokens', { name: 'x', ...wish });
      assert.deepEqual([status, code], [400, 'request-malformed'], JSON.stringify(wish));
    }
  });

  it('S-05 narrow what a writer sees and does on objects', async () => {
    for (const name of ['photos/a/one', 'photos/b/two', 'secret/a/one'])
      assert.equal((await ask(owner, `PUT buckets/${name.replace('/', '/objects/')}`, 'bytes')).status, 201);
    const { token } = await give({ role: 'writer', buckets: ['photos'], prefixes: ['a/'] });
    const changes = objects.changes;
    for (const [line, status, code] of [
      ['GET buckets/photos/objects/a/one', 200],
      ['HEAD buckets/photos/objects/a/one', 200],
      ['GET buckets/photos/shards/a/one', 200],
      ['GET buckets/photos/objects?prefix=a/', 200],
      ['GET buckets/photos/objects?prefix=a/o', 200],
      ['GET buckets/photos', 200],
      ['GET buckets/secret', 404, 'bucket-unknown'],
      ['GET buckets/secret/objects?prefix=a/', 404, 'bucket-unknown'],
      ['GET buckets/secret/objects/a/one', 404, 'bucket-unknown'],
      ['PUT buckets/secret/objects/a/new', 404, 'bucket-unknown'],
      ['DELETE buckets/secret/objects/a/one', 404, 'bucket-unknown'],
      ['GET buckets/photos/objects/b/two', 404, 'object-unknown'],
      ['HEAD buckets/photos/objects/b/two', 404],
      ['GET buckets/photos/shards/b/two', 404, 'object-unknown'],
      ['DELETE buckets/photos/objects/b/two', 404, 'object-unknown'],
      ['GET buckets/photos/objects/A/one', 404, 'object-unknown'],
      ['PUT buckets/photos/objects/b/two', 403, 'scope-missing'],
      ['PUT buckets/photos/objects/b/new', 403, 'scope-missing'],
      ['PUT buckets/photos/objects/%62%2Fnew', 403, 'scope-missing'],
      ['GET buckets/photos/objects', 403, 'scope-missing'],
      ['GET buckets/photos/objects?prefix=b/', 403, 'scope-missing'],
      ['GET buckets/photos/objects?prefix=a', 403, 'scope-missing'],
      ['GET buckets/photos/objects?prefix=a/&prefix=b/', 403, 'scope-missing'],
    ] as const) {
      const answer = await ask(token, line, line.startsWith('PUT') ? 'bytes' : undefined);
      assert.deepEqual([answer.status, answer.code], [status, code], line);
    }
    assert.equal(objects.changes, changes, 'nothing was changed');
    const listed = (await ask(token, 'GET buckets')).json as { items: { bucket: string }[] };
    assert.deepEqual(
      listed.items.map(({ bucket }) => bucket),
      ['photos'],
    );
    assert.equal((await ask(token, 'PUT buckets/photos/objects/a/new', 'bytes')).status, 201);
    assert.equal((await ask(token, 'DELETE buckets/photos/objects/a/new')).status, 204);
  });

  it('S-05 show what is missing alike, there or not', async () => {
    const { token } = await give({ role: 'reader', buckets: ['photos'], prefixes: ['a/'] });
    for (const [there, not] of [
      ['GET buckets/photos/objects/b/two', 'GET buckets/photos/objects/b/none'],
      ['GET buckets/secret/objects/a/one', 'GET buckets/nowhere/objects/a/one'],
    ] as const) {
      const own = async (line: string) => {
        const { status, json } = await ask(token, line);
        return [status, json['code'], String(json['detail']).replace(/secret|nowhere/, 'B')];
      };
      assert.deepEqual(await own(there), await own(not));
    }
  });

  it('S-05 have the verbs only that they were given', async () => {
    await ask(owner, 'PUT buckets/photos/objects/kept', 'bytes');
    const lines = {
      get: 'GET buckets/photos/objects/kept',
      list: 'GET buckets/photos/objects',
      put: 'PUT buckets/photos/objects/kept',
      delete: 'DELETE buckets/photos/objects/kept',
    } as const;
    for (const verb of Object.keys(lines)) {
      const { token } = await give({ role: 'writer', verbs: [verb] });
      for (const [other, line] of Object.entries(lines)) {
        const answer = await ask(token, line, other === 'put' ? 'bytes' : undefined);
        if (other === verb) assert.ok(answer.status < 300, line);
        else assert.deepEqual([answer.status, answer.code], [403, 'scope-missing'], `${verb}: ${line}`);
      }
    }
  });
});

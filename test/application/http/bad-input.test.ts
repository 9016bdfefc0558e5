import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import type { Gateway } from '@dstore/application/http/create-gateway.js';
import { Denial, Fault } from '@dstore/application/ports/fault.js';
import { leaseBodies } from './bad-lease-bodies.js';
import { silentLog, ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from './gateway-of-tests.js';

interface Bad {
  readonly what: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly status: number;
  readonly code: string;
}

const put = (what: string, headers: Record<string, string>, status: number, code: string): Bad => {
  return { what, method: 'PUT', path: '/v1/buckets/demo/objects/x', headers, body: 'abc', status, code };
};
const wish = (
  what: string,
  body: string | Buffer,
  status: number,
  code: string,
  more: Record<string, string> = {},
): Bad => {
  const headers = { 'content-type': 'application/json', ...more };
  return { what, method: 'PUT', path: '/v1/buckets/fresh', headers, body, status, code };
};
const patch = (
  what: string,
  body: string,
  more: Record<string, string>,
  status: number,
  code: string,
): Bad => {
  const headers = { 'content-type': 'application/json', ...more };
  return {
    what: `a patch with ${what}`,
    method: 'PATCH',
    path: '/v1/buckets/demo',
    headers,
    body,
    status,
    code,
  };
};
const get = (what: string, path: string, status: number, code: string): Bad => ({ what, path, status, code });

const send = (what: string, path: string, body: string, method: string): Bad => {
  const headers = { 'content-type': 'application/json' };
  return { what, method, path, headers, body, status: 400, code: 'request-malformed' };
};

const malformed = [400, 'request-malformed'] as const;
/** Quotas and digests of a bucket that are none. */
const badLimits = [
  ...['-1', '1.5', '"10"', '9007199254740992', '1e400', '[]', 'true'].map((text) => `{"quotaBytes":${text}}`),
  ...['"sha-256"', '["md5"]', '["SHA-256"]', '[null]', '["sha-256","sha-512","sha-256"]', '{}', '1'].map(
    (text) => `{"digests":${text}}`,
  ),
];
const table: readonly Bad[] = [
  get('an unknown path', '/v1/nothing', 404, 'route-unknown'),
  get('an unknown path of bytes that are no UTF-8', '/v1/buckets/demo/objects/%ff', ...malformed),
  get('a broken percent escape', '/v1/buckets/demo/objects/%zz', ...malformed),
  get('a key with U+0000', '/v1/buckets/demo/objects/a%00b', 400, 'name-malformed'),
  get('a key of 1025 bytes', `/v1/buckets/demo/objects/${'a'.repeat(1025)}`, 400, 'name-malformed'),
  get(
    'a key of 1026 bytes in 513 signs',
    `/v1/buckets/demo/objects/${'%C3%A9'.repeat(513)}`,
    400,
    'name-malformed',
  ),
  get('an empty key', '/v1/buckets/demo/objects/', 400, 'name-malformed'),
  get('a version that is no id', '/v1/buckets/demo/objects/x?version=1', ...malformed),
  get('an unknown query member', '/v1/buckets/demo/objects/x?verison=1', ...malformed),
  get('a query where none is taken', '/v1/supply?all=1', ...malformed),
  get('an unknown disposition', '/v1/buckets/demo/objects/x?disposition=run', ...malformed),
  get('a limit of 0', '/v1/buckets/demo/objects?limit=0', ...malformed),
  get('a limit of 1001', '/v1/buckets/demo/objects?limit=1001', ...malformed),
  get('a limit that is no number', '/v1/buckets/demo/objects?limit=ten', ...malformed),
  get('a member given twice', '/v1/buckets/demo/objects?prefix=a&prefix=b', ...malformed),
  get('an unknown verdict', '/v1/audits?verdict=guilty', ...malformed),
  get('an epoch that is no number', '/v1/audits?epoch=-1', ...malformed),
  get('an epoch with a leading zero', '/v1/audits?epoch=01', ...malformed),
  get('an epoch that is a word', '/v1/epochs/last', ...malformed),
  get('an unknown lease state', '/v1/leases?state=open', ...malformed),
  get('a placement without a bucket', '/v1/placements/explain', ...malformed),
  get('a placement of less than nothing', '/v1/placements/explain?bucket=demo&bytes=-1', ...malformed),
  ...['', '1e3', '0x10', '010', '+1', '-1', ' 1', '1.0', '9007199254740993'].flatMap((bytes) => [
    get(
      `a placement of "${bytes}" bytes`,
      `/v1/placements/explain?bucket=demo&bytes=${encodeURIComponent(bytes)}`,
      ...malformed,
    ),
  ]),
  ...[
    'buckets',
    'leases',
    'disks',
    'epochs',
    'audits',
    'disks/d1/earnings',
    'accounts/Org1/owner/notes',
    'buckets/demo/objects',
  ].flatMap((list) => [
    ...['0', '1001', '1e1', '0x10', '010', '', 'ten', '-1', '1.5'].map((limit) =>
      get(`a page of "${limit}" of ${list}`, `/v1/${list}?limit=${limit}`, ...malformed),
    ),
    get(`two limits of ${list}`, `/v1/${list}?limit=1&limit=2`, ...malformed),
    get(`an unknown member of ${list}`, `/v1/${list}?offset=1`, ...malformed),
    get(`a cursor of 9 kB of ${list}`, `/v1/${list}?cursor=${'a'.repeat(9000)}`, ...malformed),
  ]),
  get('a cursor of buckets that none gave', '/v1/buckets?cursor=a%20b', 400, 'cursor-malformed'),
  get('a cursor of epochs that is no number', '/v1/epochs?cursor=last', ...malformed),
  get('disks of an organization that can be none', '/v1/disks?org=a%2Fb', ...malformed),
  get('disks of a site that can be none', '/v1/disks?site=North', ...malformed),
  get('disks in an unknown state', '/v1/disks?state=open', ...malformed),
  get('disks with less than nothing free', '/v1/disks?minFree=-1', ...malformed),
  get('disks at a price with a fraction', '/v1/disks?maxPrice=1.5', ...malformed),
  get('audits of a disk that can be none', '/v1/audits?disk=%CE%A9', ...malformed),
  get('audits of a lease that can be none', '/v1/audits?lease=zz', ...malformed),
  get('an account of an organization with a slash', '/v1/accounts/a%2Fb/x', ...malformed),
  get('an account of U+0000', '/v1/accounts/Org1/%00', ...malformed),
  get('notes of an account that can be none', '/v1/accounts/Org1/%CE%A9/notes', ...malformed),
  get('events of an unknown name', '/v1/events?types=EpochOpened,Nothing', ...malformed),
  get('events of no name', '/v1/events?types=', ...malformed),
  get('versions that are neither true nor false', '/v1/buckets/demo/objects?versions=maybe', ...malformed),
  get('a prefix of 1025 signs', `/v1/buckets/demo/objects?prefix=${'a'.repeat(1025)}`, ...malformed),
  get('a start of 1025 signs', `/v1/buckets/demo/objects?startAfter=${'a'.repeat(1025)}`, ...malformed),
  get('a delimiter of 17 signs', `/v1/buckets/demo/objects?delimiter=${'a'.repeat(17)}`, ...malformed),
  get('shards of a version that is no id', '/v1/buckets/demo/shards/x?version=1', ...malformed),
  get('shards of an empty key', '/v1/buckets/demo/shards/', 400, 'name-malformed'),
  ...['', '/bundle', '/replay'].flatMap((what) =>
    ['-1/d1/B', '01/d1/B', 'x/d1/B', '1/D1/B', '1/%CE%A9/B', '1/d1/zz', '1/d1/BB'].map((name): Bad => {
      const path = `/v1/audits/${name.replaceAll('B', 'ab'.repeat(16))}${what}`;
      return {
        ...get(`the audit ${name}${what}`, path, ...malformed),
        method: what === '/replay' ? 'POST' : 'GET',
      };
    }),
  ),
  get('an unknown problem code', '/problems/nothing', 404, 'route-unknown'),
  {
    what: 'a method that the path lacks',
    method: 'PATCH',
    path: '/v1/buckets',
    status: 405,
    code: 'method-not-allowed',
  },
  {
    what: 'a method that the object lacks',
    method: 'POST',
    path: '/v1/buckets/demo/objects/x',
    body: 'a',
    status: 405,
    code: 'method-not-allowed',
  },
  put('a range of a put', { 'content-range': 'bytes 0-2/3' }, ...malformed),
  put('a condition without quotes', { 'if-match': 'abc' }, ...malformed),
  put('a condition that fails', { 'if-match': '"abc"' }, 412, 'precondition-failed'),
  put('metadata that is not percent-encoded', { 'dstore-meta-a': '%zz' }, ...malformed),
  put('8 KiB of metadata and more', { 'dstore-meta-a': 'a'.repeat(8192) }, 413, 'metadata-too-large'),
  put('a digest that is not well formed', { 'content-digest': 'sha-256=abc' }, ...malformed),
  put('a digest of another length', { 'content-digest': 'sha-256=:YWJj:' }, ...malformed),
  put(
    'another digest',
    { 'repr-digest': `sha-256=:${createHash('sha256').update('x').digest('base64')}:` },
    422,
    'digest-mismatch',
  ),
  put('a length of more than 5 TiB', { 'content-length': String(6 * 2 ** 40) }, 413, 'object-too-large'),
  patch('no condition', '{"versions":"keep"}', {}, 428, 'precondition-required'),
  patch('a condition without quotes', '{"versions":"keep"}', { 'if-match': 'abc' }, ...malformed),
  patch('an unknown member', '{"version":"keep"}', { 'if-match': '*' }, ...malformed),
  patch('a member that is null', '{"versions":null}', { 'if-match': '*' }, ...malformed),
  patch('no JSON', '[', { 'if-match': '*' }, ...malformed),
  wish('a body that is no JSON', '{', ...malformed),
  wish('a body that is no UTF-8', Buffer.from([0x22, 0xff, 0x22]), ...malformed),
  wish('a body that is no object', '[]', ...malformed),
  wish('an unknown member', '{"geometri":"4+2"}', ...malformed),
  wish('a prototype as a member', '{"__proto__":{}}', ...malformed),
  wish('a geometry that is none', '{"geometry":"4-2"}', ...malformed),
  wish('a member of another kind', '{"geometry":42}', ...malformed),
  wish('an unknown word', '{"versions":"all"}', ...malformed),
  ...badLimits.map((body) => wish(`the limits ${body}`, body, ...malformed)),
  wish('a quota of null', '{"quotaBytes":null}', ...malformed),
  wish('digests of null', '{"digests":null}', ...malformed),
  ...badLimits.map((body) => patch(`the limits ${body}`, body, { 'if-match': '*' }, ...malformed)),
  wish('a body of more than 1 MiB', `"${'a'.repeat(1 << 20)}"`, 413, 'body-too-large'),
  wish('a body of another media type', '{}', 415, 'media-type-unsupported', { 'content-type': 'text/plain' }),
  wish('an encoded body', '{}', 415, 'encoding-unsupported', { 'content-encoding': 'gzip' }),
  ...leaseBodies.map(([what, path, body, method]) => send(what, path, body, method)),
  {
    what: 'an event id that is none',
    path: '/v1/events',
    headers: { 'last-event-id': 'x' },
    status: 400,
    code: 'cursor-malformed',
  },
];

describe('the HTTP door', () => {
  const objects = new ObjectsOfTests();
  let gateway: Gateway;
  let url = '';
  const authorization = `Bearer ${tokenOf('owner')}`;

  before(async () => {
    ({ gateway, url } = await startGateway(useCasesOfTests(objects)));
  });
  after(() => gateway.close());

  /** Sends a request line and headers as they are, with nothing folded, and reads the answer to its end. */
  const sendRaw = ({
    method = 'GET',
    path,
    headers = {},
    body = '',
  }: Omit<Bad, 'what' | 'status' | 'code'>) =>
    new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(url);
      const length =
        body.length > 0 && headers['content-length'] === undefined
          ? { 'content-length': String(body.length) }
          : {};
      const all = { host: 'x', connection: 'close', authorization, ...headers, ...length };
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
      const socket = connect(Number(port), hostname);
      const pieces: Buffer[] = [];
      socket.on('data', (piece) => pieces.push(piece));
      socket.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : reject(error),
      );
      socket.on('close', () => resolve(Buffer.concat(pieces).toString('utf8')));
      socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
      socket.write(body);
    });

  for (const { what, status, code, ...request } of table) {
    it(`S-12 refuses ${what} as ${code}`, async () => {
      const before = objects.changes;
      const answer = await sendRaw(request);
      assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), answer.slice(0, 400));
      assert.match(answer, /\r\ncontent-type: application\/problem\+json/i);
      const problem = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>;
      assert.equal(problem['code'], code);
      assert.equal(problem['status'], status);
      assert.equal(problem['type'], `${url}/problems/${code}`);
      assert.match(answer, new RegExp(`\r\ntraceparent: 00-${String(problem['traceId'])}-`));
      assert.match(answer, /\r\nx-request-id: [0-9a-f-]{36}\r\n/);
      for (const member of ['title', 'detail', 'instance']) assert.equal(typeof problem[member], 'string');
      assert.equal(objects.changes, before);
    });
  }

  it('names each flaw of a request by its pointer', async () => {
    const answer = await fetch(`${url}/v1/buckets/fresh`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{"geometry":"x","colour":1}',
    });
    const { errors } = (await answer.json()) as { errors: { pointer: string }[] };
    assert.deepEqual(errors.map(({ pointer }) => pointer).sort(), ['/colour', '/geometry']);
  });

  it('says which methods a path takes', async () => {
    const answer = await fetch(`${url}/v1/buckets/demo`, { method: 'POST', headers: { authorization } });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), 'GET, PUT, PATCH, DELETE');
  });

  it('answers with the request id it was given, or one of its own', async () => {
    const given = await fetch(`${url}/health/live`, { headers: { 'x-request-id': 'mine-1' } });
    assert.equal(given.headers.get('x-request-id'), 'mine-1');
    const made = await fetch(`${url}/health/live`, { headers: { 'x-request-id': 'not good!' } });
    assert.match(made.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  });

  it('S-12 tells nothing of what is inside when something breaks', async () => {
    const logged: unknown[] = [];
    const failing = useCasesOfTests(objects, {
      readVault: { run: () => Promise.reject(new Error('canary at 10.0.0.1')) },
      readSupply: {
        run: () => Promise.reject(new Fault('ledger-unavailable', 'canary', { retryable: true })),
      },
    });
    const other = await startGateway(failing);
    silentLog.error = (...said: unknown[]) => void logged.push(said);
    try {
      for (const [path, status] of [
        ['/v1/vault', 500],
        ['/v1/supply', 503],
        ['/health/ready', 503],
      ] as const) {
        const answer = await fetch(other.url + path, { headers: { authorization } });
        assert.equal(answer.status, status);
        assert.doesNotMatch(await answer.text(), /canary|10\.0\.0\.1|stack/);
        assert.equal(answer.headers.get('retry-after'), status === 503 ? '2' : null);
      }
      assert.equal(logged.length, 3);
    } finally {
      silentLog.error = () => undefined;
      await other.gateway.close();
    }
  });

  it('S-13 takes a body only when the caller and the conditions are good', async () => {
    const headers = { expect: '100-continue', 'content-length': '1000' };
    const refused = await sendRaw({
      method: 'PUT',
      path: '/v1/buckets/demo/objects/big',
      headers: { ...headers, authorization: 'Bearer bad' },
    });
    assert.match(refused, /^HTTP\/1.1 401 /);
    const path = '/v1/buckets/demo/objects/small';
    const taken = await sendRaw({
      method: 'PUT',
      path,
      headers: { expect: '100-continue', 'content-length': '3' },
      body: 'abc',
    });
    assert.match(taken, /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 201 /);
  });

  it('S-13 keeps nothing of a put that was cut short', async () => {
    const { hostname, port } = new URL(url);
    const ended = new Promise<unknown>((resolve) => {
      const original = objects.put.bind(objects);
      objects.put = (request) =>
        original(request).catch((error: unknown) => (resolve(error), Promise.reject(error as Error)));
    });
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(
      `PUT /v1/buckets/demo/objects/cut HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-length: 100\r\n\r\nhalf`,
    );
    setTimeout(() => socket.destroy(), 50);
    const error = await ended;
    assert.ok(error instanceof Denial && error.code === 'body-incomplete', String(error));
    assert.equal(objects.kept.has('demo/cut'), false);
  });

  it('streams objects of any media type', async () => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const body = Buffer.alloc(3 << 20, 'a');
      const answer = await fetch(`${url}/v1/buckets/demo/objects/typed`, {
        method: 'PUT',
        headers: { authorization, 'content-type': type },
        body: Readable.toWeb(Readable.from([body])) as ReadableStream,
        duplex: 'half',
      });
      assert.ok(answer.ok);
      assert.equal(((await answer.json()) as { bytes: number }).bytes, body.length);
    }
  });

  it('keeps pages and documents free of what is outside', async () => {
    for (const path of ['/', '/docs', '/page.js', '/page.css', '/openapi.json', '/problems/lease-full']) {
      const answer = await fetch(url + path);
      assert.equal(answer.status, 200, path);
      assert.doesNotMatch(await answer.text(), /(?:src|href)="(?:https?:)?\/\//);
      if (path === '/' || path === '/docs')
        assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    }
  });
});

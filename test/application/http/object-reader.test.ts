import assert from 'node:assert/strict';
import { createGateway, type Gateway } from '@dstore/application/http/create-gateway.js';
import { Denial } from '@dstore/application/ports/fault.js';
import { KeptLog } from '../workers/surroundings.js';
import { ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from './gateway-of-tests.js';

const hundred = Buffer.from(Array.from({ length: 100 }, (_, at) => at));
const tag = '"00000000000000000000000000000001"';

describe('ObjectReader', () => {
  const objects = new ObjectsOfTests();
  let gateway: Gateway;
  let url = '';
  const ask = (key: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${url}/v1/buckets/demo/objects/${key}`, {
      method,
      headers: { authorization: `Bearer ${tokenOf('reader')}`, ...headers },
    });

  before(async () => {
    ({ gateway, url } = await startGateway(useCasesOfTests(objects)));
    for (const [key, body] of [
      ['hundred', hundred],
      ['empty', Buffer.alloc(0)],
    ] as const) {
      const answer = await fetch(`${url}/v1/buckets/demo/objects/${key}`, {
        method: 'PUT',
        body,
        headers: {
          authorization: `Bearer ${tokenOf('writer')}`,
          'content-type': 'text/plain',
          'dstore-meta-colour': 'd%C3%BCnkel',
        },
      });
      assert.equal(answer.status, 201);
    }
  });
  after(() => gateway.close());

  const ranges: [range: string, status: number, from?: number, to?: number][] = [
    ['bytes=0-0', 206, 0, 1],
    ['bytes=0-99', 206, 0, 100],
    ['bytes=0-', 206, 0, 100],
    ['bytes=0-100', 206, 0, 100],
    ['bytes=0-999999999999999999999', 206, 0, 100],
    ['bytes=1-1', 206, 1, 2],
    ['bytes=10-19', 206, 10, 20],
    ['bytes=99-', 206, 99, 100],
    ['bytes=99-99', 206, 99, 100],
    ['bytes=50-', 206, 50, 100],
    ['bytes=-1', 206, 99, 100],
    ['bytes=-100', 206, 0, 100],
    ['bytes=-101', 206, 0, 100],
    ['bytes=-50', 206, 50, 100],
    ['BYTES=1-2', 206, 1, 3],
    ['bytes= 1-2 ', 206, 1, 3],
    ['bytes=00-01', 206, 0, 2],
    ['bytes=100-', 416],
    ['bytes=100-100', 416],
    ['bytes=101-200', 416],
    ['bytes=999999999999999999999-', 416],
    ['bytes=-0', 416],
    ['bytes=5-4', 200],
    ['bytes=', 200],
    ['bytes=-', 200],
    ['bytes=a-b', 200],
    ['bytes=1', 200],
    ['bytes=1-2-3', 200],
    ['bytes=1.5-2', 200],
    ['bytes=--1', 200],
    ['bytes=0x1-2', 200],
    ['bytes=0-1,2-3', 200],
    ['bytes=0-1, 5-', 200],
    ['bytes=0-0,', 200],
    ['lines=0-1', 200],
    ['bytes', 200],
    ['0-1', 200],
    ['bytes 0-1', 200],
  ];
  for (const [range, status, from = 0, to = 100] of ranges) {
    it(`S-14 answers "${range}" of 100 bytes with ${status}`, async () => {
      const answer = await ask('hundred', { range });
      assert.equal(answer.status, status);
      const body = Buffer.from(await answer.arrayBuffer());
      if (status === 416) assert.equal(answer.headers.get('content-range'), 'bytes */100');
      else assert.deepEqual(body, hundred.subarray(from, to));
      if (status === 206) assert.equal(answer.headers.get('content-range'), `bytes ${from}-${to - 1}/100`);
    });
  }

  for (const [range, status] of [
    ['bytes=0-', 416],
    ['bytes=-1', 416],
    ['bytes=0-0,1-1', 200],
  ] as const) {
    it(`S-14 answers "${range}" of no bytes with ${status}`, async () => {
      assert.equal((await ask('empty', { range })).status, status);
    });
  }

  const conditions: [headers: Record<string, string>, status: number][] = [
    [{ 'if-match': tag }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': '"other"' }, 412],
    [{ 'if-match': `W/${tag}` }, 412],
    [{ 'if-match': `"other", ${tag}` }, 200],
    [{ 'if-none-match': tag }, 304],
    [{ 'if-none-match': `W/${tag}` }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"other"' }, 200],
    [{ 'if-modified-since': 'Fri, 02 Jan 2026 03:04:05 GMT' }, 304],
    [{ 'if-modified-since': 'Fri, 02 Jan 2026 03:04:04 GMT' }, 200],
    [{ 'if-modified-since': 'nonsense' }, 200],
    [{ 'if-none-match': '"other"', 'if-modified-since': 'Fri, 02 Jan 2026 03:04:05 GMT' }, 200],
    [{ 'if-unmodified-since': 'Fri, 02 Jan 2026 03:04:04 GMT' }, 412],
    [{ 'if-unmodified-since': 'Fri, 02 Jan 2026 03:04:05 GMT' }, 200],
    [{ 'if-match': tag, 'if-unmodified-since': 'Fri, 02 Jan 2026 03:04:04 GMT' }, 200],
    [{ range: 'bytes=0-0', 'if-range': tag }, 206],
    [{ range: 'bytes=0-0', 'if-range': '"other"' }, 200],
    [{ range: 'bytes=0-0', 'if-range': `W/${tag}` }, 200],
    [{ range: 'bytes=0-0', 'if-range': 'Fri, 02 Jan 2026 03:04:05 GMT' }, 206],
    [{ range: 'bytes=0-0', 'if-range': 'Fri, 02 Jan 2026 03:04:06 GMT' }, 200],
    [{ 'if-match': 'bare' }, 400],
  ];
  for (const [headers, status] of conditions) {
    it(`S-15 answers ${JSON.stringify(headers)} with ${status}`, async () => {
      const answer = await ask('hundred', headers);
      assert.equal(answer.status, status);
      if (status === 304) assert.equal(await answer.text(), '');
    });
  }

  it('describes an object without its bytes', async () => {
    const answer = await ask('hundred', {}, 'HEAD');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-length'), '100');
    assert.equal(answer.headers.get('etag'), tag);
    assert.equal(answer.headers.get('content-type'), 'text/plain');
    assert.equal(answer.headers.get('dstore-meta-colour'), 'd%C3%BCnkel');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.match(answer.headers.get('content-security-policy') ?? '', /sandbox/);
  });

  it('breaks the connection when bytes fail after the first', async () => {
    const failing = useCasesOfTests(objects, {
      getObject: {
        run: (request) => ({
          ...objects.get(request),
          body: (async function* () {
            yield hundred.subarray(0, 10);
            throw new Error('the world ended');
          })(),
        }),
      },
    });
    const { gateway: other, url: at } = await startGateway(failing);
    try {
      const answer = await fetch(`${at}/v1/buckets/demo/objects/hundred`, {
        headers: { authorization: `Bearer ${tokenOf('reader')}` },
      });
      await assert.rejects(answer.arrayBuffer());
    } finally {
      await other.close();
    }
  });

  it('says nothing in the log of a reader who leaves before the first byte', async () => {
    const asked = Promise.withResolvers<void>();
    const failed = Promise.withResolvers<unknown>();
    const slow = useCasesOfTests(objects, {
      getObject: {
        run: (request) => ({
          ...objects.get(request),
          body: (async function* () {
            asked.resolve();
            await new Promise((_, reject) =>
              request.signal?.addEventListener('abort', () => reject(request.signal?.reason as Error)),
            ).catch((error: unknown) => {
              failed.resolve(error);
              throw error;
            });
            yield hundred;
          })(),
        }),
      },
    });
    const log = new KeptLog();
    const other = await createGateway(slow, { version: '0.0.0', log });
    try {
      const at = await other.listen('127.0.0.1', 0);
      const leave = new AbortController();
      const headers = { authorization: `Bearer ${tokenOf('reader')}` };
      const reading = fetch(`${at}/v1/buckets/demo/objects/hundred`, { headers, signal: leave.signal });
      await asked.promise;
      leave.abort();
      await assert.rejects(reading, { name: 'AbortError' });
      assert.ok((await failed.promise) instanceof Denial);
    } finally {
      await other.close();
    }
    assert.deepEqual(log.lines, []);
  });
});

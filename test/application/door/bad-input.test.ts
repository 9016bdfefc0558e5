import assert from 'node:assert/strict';
import { canonicalJson } from '@dstore/chaincode/domain';
import type { ShardDoor } from '@dstore/application/door/create-door.js';
import { cidOf, shardDigest } from '@dstore/application/core/shard.js';
import type { TlsCredentials } from '@dstore/organizations';
import { blockOf } from '../../conformance/disk.js';
import {
  type Authorities,
  certify,
  foundAuthorities,
  leaseId,
  startDoor,
  strangeLeaseId,
  UseCasesOfTests,
} from './door-of-tests.js';
import { connectAs, type RawRequest, sendRaw } from './raw-client.js';

interface Bad extends RawRequest {
  readonly what: string;
  readonly status: number;
  readonly code: string;
}

const { digest, bytes } = blockOf(64);
const cid = cidOf(digest);
const shards = `/v1/leases/${leaseId}/shards`;
const contents = `/v1/leases/${leaseId}/contents`;
const discards = `/v1/leases/${leaseId}/discards`;
const malformed = [400, 'request-malformed'] as const;
const argument = [400, 'arguments-malformed'] as const;
const amount = [400, 'amount-malformed'] as const;

const put = (
  what: string,
  path: string,
  body: Uint8Array,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): Bad => ({ what: `a put of ${what}`, method: 'PUT', path, body, headers, status, code });
const call = (what: string, method: string, path: string, status: number, code: string): Bad => {
  return { what, method, path, status, code };
};
const post = (
  what: string,
  path: string,
  body: string | Uint8Array,
  status: number,
  code: string,
  more: Record<string, string> = {},
): Bad => {
  const headers = { 'content-type': 'application/json', ...more };
  return { what, method: 'POST', path, body, headers, status, code };
};

/** The prefix of a CID (version, codec, hash, length) before the digest, as base32 or base16 text. */
const base16 = (prefix: number[], hash: string) => `f${Buffer.from(prefix).toString('hex')}${hash}`;
/** The letter whose last bit differs: it is beyond the last whole byte. */
const leftOver = (letter: string) => {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return alphabet.charAt(alphabet.indexOf(letter) ^ 1);
};
const oddCids: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['no CID', 'abc'],
  ['a CID in upper case', cid.toUpperCase()],
  ['a CID with one letter in upper case', cid.replace(/[a-z](?=[^a-z]*$)/, (letter) => letter.toUpperCase())],
  ['a CID that is one letter short', cid.slice(0, -1)],
  ['a CID with a letter more', `${cid}a`],
  ['a CID with padding', `${cid}=`],
  ['a CID with other left-over bits', `${cid.slice(0, -1)}${leftOver(cid.slice(-1))}`],
  ['a CID in base 16', base16([1, 0x55, 0x1e, 0x20], digest)],
  ['a CID of version 0', 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKrU2x'],
  ['codec dag-pb', 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'],
  ['hash sha2-256', 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'],
  ['an identity multihash', 'bafkqablimvwgy3y'],
  ['a CID with an escape', `%62${cid.slice(1)}`],
  ['a CID with a dot segment', `./${cid}`],
];

const goodRequest = {
  changes: [{ kind: 'append', entry: { digest, size: 64 } }],
  content: { revision: '1', root: 'ab'.repeat(32), count: '1', bytes: '4096' },
  lastEpoch: '3',
};
const receipt = (what: string, change: object, status: number, code: string): Bad =>
  post(`a receipt for ${what}`, contents, canonicalJson({ ...goodRequest, ...change }), status, code);

const refusalOf = (odd: string): readonly [number, string] =>
  odd.includes('/') ? ([404, 'route-unknown'] as const) : malformed;
const table: readonly Bad[] = [
  ...oddCids.flatMap(([what, odd]) => [
    put(what, `${shards}/${odd}`, bytes, ...refusalOf(odd)),
    call(`a get of ${what}`, 'GET', `/v1/shards/${odd}`, ...refusalOf(odd)),
  ]),
  call('a get of an unknown bundle', 'GET', `/v1/bundles/${'ab'.repeat(32)}`, 404, 'bundle-unknown'),
  call('a bundle of no digest', 'GET', '/v1/bundles/ABCD', 400, 'arguments-malformed'),
  call('a put of a bundle', 'PUT', `/v1/bundles/${'ab'.repeat(32)}`, 405, 'method-not-allowed'),
  call('a get of an unknown shard', 'GET', `/v1/shards/${cid}`, 404, 'shard-unknown'),
  put('no bytes', `${shards}/${cid}`, Buffer.alloc(0), ...malformed, { 'content-length': '0' }),
  put('63 bytes', `${shards}/${cid}`, bytes.subarray(1), ...malformed),
  put('1 MiB and a byte', `${shards}/${cid}`, Buffer.alloc((1 << 20) + 1), 413, 'shard-too-large'),
  put('10 GiB', `${shards}/${cid}`, Buffer.alloc(0), 413, 'shard-too-large', {
    'content-length': String(10 * 2 ** 30),
  }),
  put('no declared length', `${shards}/${cid}`, Buffer.alloc(0), ...malformed),
  put('a length with a leading zero', `${shards}/${cid}`, bytes, ...malformed, { 'content-length': '064' }),
  put('a chunked body', `${shards}/${cid}`, Buffer.from('0\r\n\r\n'), ...malformed, {
    'transfer-encoding': 'chunked',
  }),
  put('an encoded body', `${shards}/${cid}`, bytes, 415, 'encoding-unsupported', {
    'content-encoding': 'gzip',
  }),
  put(
    'one flipped bit',
    `${shards}/${cid}`,
    Buffer.from(bytes.map((byte, at) => (at === 9 ? byte ^ 4 : byte))),
    422,
    'digest-mismatch',
  ),
  put('bytes of another shard', `${shards}/${cid}`, blockOf(64).bytes, 422, 'digest-mismatch'),
  put(
    'a shard under an unknown lease',
    `/v1/leases/${strangeLeaseId}/shards/${cid}`,
    bytes,
    404,
    'lease-unknown',
  ),
  put(
    'a shard under a lease in upper case',
    `/v1/leases/${leaseId.toUpperCase()}/shards/${cid}`,
    bytes,
    ...argument,
  ),
  put('a shard under no lease', `/v1/leases//shards/${cid}`, bytes, ...argument),
  put('a shard with a query', `${shards}/${cid}?force=1`, bytes, ...malformed),
  call('an unknown path', 'GET', '/', 404, 'route-unknown'),
  call('a path with a slash more', 'GET', '/v1/disk/', 404, 'route-unknown'),
  call('a path with two slashes', 'GET', '//v1/disk', 404, 'route-unknown'),
  call('a path in another spelling', 'GET', '/v1/d%69sk', 404, 'route-unknown'),
  call('a path out of the root', 'GET', '/v1/../../etc/passwd', 404, 'route-unknown'),
  call('a whole URL as path', 'GET', 'https://door/v1/disk', 404, 'route-unknown'),
  call('a query of a disk', 'GET', '/v1/disk?', ...malformed),
  ...['POST', 'DELETE', 'PATCH', 'OPTIONS'].flatMap((method) =>
    [`${shards}/${cid}`, `/v1/shards/${cid}`, '/v1/disk'].map((path) =>
      call(`${method} of ${path.replace(/\/\w{32,}/g, '/…')}`, method, path, 405, 'method-not-allowed'),
    ),
  ),
  call('a get under a lease', 'GET', `${shards}/${cid}`, 405, 'method-not-allowed'),
  call('a get of discards', 'GET', discards, 405, 'method-not-allowed'),
  call('a delete of contents', 'DELETE', contents, 405, 'method-not-allowed'),
  call('a revision with a sign', 'GET', `${contents}?revision=+1`, ...amount),
  call('a revision with a leading zero', 'GET', `${contents}?revision=01`, ...amount),
  call('a revision that is nothing', 'GET', `${contents}?revision=`, ...amount),
  call('a revision of 39 digits', 'GET', `${contents}?revision=${'9'.repeat(39)}`, ...amount),
  call('two revisions', 'GET', `${contents}?revision=1&revision=2`, ...malformed),
  call('another query', 'GET', `${contents}?revison=1`, ...malformed),
  call('contents of an unknown lease', 'GET', `/v1/leases/${strangeLeaseId}/contents`, 404, 'lease-unknown'),
  receipt('an unknown member', { more: '1' }, ...argument),
  receipt('no content', { content: null }, ...argument),
  receipt('an epoch as a number', { lastEpoch: 3 }, ...amount),
  receipt('an epoch with a sign', { lastEpoch: '-3' }, ...amount),
  receipt('changes that are no list', { changes: {} }, ...argument),
  receipt(
    '32,769 changes',
    { changes: Array.from({ length: 32_769 }, () => ({ kind: 'remove', index: 0 })) },
    413,
    'batch-too-large',
  ),
  receipt('an unknown change', { changes: [{ kind: 'swap', index: 0 }] }, ...argument),
  receipt('an append with an index', { changes: [{ ...goodRequest.changes[0], index: 0 }] }, ...argument),
  receipt('a remove without an index', { changes: [{ kind: 'remove' }] }, ...argument),
  receipt('a remove of less than nothing', { changes: [{ kind: 'remove', index: -1 }] }, ...argument),
  receipt('a shard of 63 bytes', { changes: [{ kind: 'append', entry: { digest, size: 63 } }] }, ...argument),
  receipt(
    'a shard of 1 MiB and a byte',
    { changes: [{ kind: 'append', entry: { digest, size: (1 << 20) + 1 } }] },
    ...argument,
  ),
  receipt(
    'a digest in upper case',
    { changes: [{ kind: 'append', entry: { digest: 'AB'.repeat(32), size: 64 } }] },
    ...argument,
  ),
  post(
    'a receipt under an unknown lease',
    `/v1/leases/${strangeLeaseId}/contents`,
    canonicalJson(goodRequest),
    404,
    'lease-unknown',
  ),
  post('a receipt with a prototype', contents, '{"__proto__":{}}', ...argument),
  ...[contents, discards].flatMap((path) => [
    post(`a body that is no JSON to ${path.slice(-8)}`, path, '{{', ...argument),
    post(`a body that is no UTF-8 to ${path.slice(-8)}`, path, Buffer.from([0x7b, 0xff, 0x7d]), ...malformed),
    post(`a body after a byte order mark to ${path.slice(-8)}`, path, Buffer.from('\ufeff{}'), ...argument),
    post(`a body that is a list to ${path.slice(-8)}`, path, '[]', ...argument),
    post(
      `a body of depth 10,000 to ${path.slice(-8)}`,
      path,
      '['.repeat(10_000) + ']'.repeat(10_000),
      ...argument,
    ),
    post(`another media type to ${path.slice(-8)}`, path, '{}', 415, 'media-type-unsupported', {
      'content-type': 'text/plain',
    }),
    post(`a body of 7 MiB to ${path.slice(-8)}`, path, '{}', 413, 'body-too-large', {
      'content-length': String(7 << 20),
    }),
    post(`an encoded body to ${path.slice(-8)}`, path, '{}', 415, 'encoding-unsupported', {
      'content-encoding': 'br',
    }),
  ]),
  post('a discard of an odd CID', discards, `{"shards":["${cid.toUpperCase()}"]}`, ...malformed),
  post('a discard of a number', discards, '{"shards":[1]}', ...argument),
  post('a discard with another member', discards, '{"shard":[]}', ...argument),
  post(
    'a discard under an unknown lease',
    `/v1/leases/${strangeLeaseId}/discards`,
    '{}',
    404,
    'lease-unknown',
  ),
  call('64 KiB of a path', 'GET', `/v1/${'a'.repeat(65_536)}`, ...malformed),
  { ...call('64 KiB of headers', 'GET', '/v1/disk', ...malformed), headers: { x: 'a'.repeat(65_536) } },
  {
    ...call('two lengths', 'PUT', `${shards}/${cid}`, ...malformed),
    headers: { 'content-length': '64, 65' },
  },
];

describe('the shard door and bad input', () => {
  const useCases = new UseCasesOfTests();
  let authorities: Authorities;
  let door: ShardDoor;
  let url: string;
  let alice: TlsCredentials;

  before(async () => {
    authorities = await foundAuthorities();
    alice = await certify(authorities.org1, 'alice');
    ({ door, url } = await startDoor(authorities, useCases, { limits: { silenceMs: 300 } }));
  });
  after(async () => {
    await door.close();
    await authorities.close();
  });

  const send = async (request: RawRequest) => sendRaw(await connectAs(url, alice, authorities.org2), request);

  for (const { what, status, code, ...request } of table)
    it(`A-132 refuses ${what} as ${code}`, async () => {
      const before = useCases.changes;
      const answer = await send(request);
      assert.equal(answer.status, status, answer.head + answer.body);
      assert.match(answer.head, /\r\ncontent-type: application\/problem\+json/i);
      const problem = JSON.parse(answer.body) as Record<string, unknown>;
      assert.deepEqual([problem['code'], problem['status']], [code, status]);
      assert.deepEqual(Object.keys(problem), ['code', 'detail', 'facts', 'status', 'title', 'type']);
      assert.equal(useCases.changes, before);
      assert.equal(await useCases.disk.get(digest), undefined);
    });

  it('takes what each of these should have been', async () => {
    const statuses = [
      await send({ method: 'PUT', path: `${shards}/${cid}`, body: bytes }),
      await send({ path: `/v1/shards/${cid}` }),
      await send({ path: `${contents}?revision=1` }),
      await send({ path: contents }),
      await send(post('', contents, canonicalJson(goodRequest), 200, '')),
      await send(post('', discards, '{}', 204, '')),
      await send(post('', discards, `{"shards":["${cid}"]}`, 204, '')),
      await send({ path: '/v1/disk' }),
    ].map(({ status }) => status);
    await useCases.disk.remove(digest);
    assert.deepEqual(statuses, [204, 200, 200, 200, 200, 204, 204, 200]);
  });

  it('A-18 gives up on a body that falls silent, and keeps nothing', async () => {
    const answer = await send({
      method: 'PUT',
      path: `${shards}/${cid}`,
      headers: { 'content-length': '1000' },
      body: bytes,
    });
    assert.equal(answer.status, 0);
    assert.equal(await useCases.disk.get(shardDigest(bytes)), undefined);
  });

  it('S-13 asks for a body only when path, length and caller are good', async () => {
    const headers = { expect: '100-continue' };
    const refused = await send({
      method: 'PUT',
      path: `${shards}/${cid}`,
      headers: { ...headers, 'content-length': '2000000' },
    });
    assert.equal(refused.status, 413);
    const taken = await send({ method: 'PUT', path: `${shards}/${cid}`, headers, body: bytes });
    await useCases.disk.remove(digest);
    assert.equal(taken.status, 100);
    assert.match(taken.body, /^HTTP\/1.1 204 /);
  });
});

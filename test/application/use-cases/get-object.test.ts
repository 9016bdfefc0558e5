import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { MemorySuspects } from '@dstore/application/adapters/memory/memory-suspects.js';
import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import { LocalCodec } from '@dstore/application/adapters/threads/local-codec.js';
import { sealStream } from '@dstore/application/core/sealed-stream.js';
import { associatedData, plainSize, segmentCapacity } from '@dstore/application/core/sealing.js';
import { SpareBuffers } from '@dstore/application/core/spare-buffers.js';
import { VaultKeys } from '@dstore/application/core/vault-keys.js';
import type { Extent, Version } from '@dstore/application/core/delta.js';
import { ChangeBucket } from '@dstore/application/use-cases/change-bucket.js';
import { GetObject } from '@dstore/application/use-cases/get-object.js';
import { ReadStripe } from '@dstore/application/use-cases/read-stripe.js';
import type { Vault } from '@dstore/application/use-cases/vault.js';

import { MemoryVault } from '../memory-vault.js';

const codec = new LocalCodec(64 << 20);
const stripeBytes = 2 << 20;
const keyring = new VaultKeys(randomBytes(32), 'v', 0);
const first = segmentCapacity(0);
const other = segmentCapacity(1);

/** One object of several sealed streams, in stripes of two megabytes. */
async function world(...plain: readonly Buffer[]) {
  const stripes = new Map<string, Buffer>();
  const fetched: Extent[] = [];
  const streams = [];
  for (const [index, bytes] of plain.entries()) streams.push(await sealed(index, bytes, stripes));
  const version: Version = {
    versionId: 'aa'.repeat(16),
    bucket: 'bucket',
    key: 'key',
    bytes: plain.reduce((sum, bytes) => sum + bytes.length, 0),
    modified: 0,
    headers: [],
    metadata: [],
    marker: 'no',
    streams,
  };
  const catalog = {
    bucket: (name: string) => (name === 'bucket' ? {} : undefined),
    current: (_bucket: string, key: string) =>
      key === 'key' ? version : key === 'gone' ? { ...version, marker: 'yes' } : undefined,
    version: (versionId: string) => (versionId === version.versionId ? version : undefined),
    stripe: () => undefined,
  };
  const read = {
    open: () => Promise.reject(new Error('no stripe is whole here')),
    run: async (extent: Extent) => {
      fetched.push(extent);
      const { stripeId, offset, length } = extent;
      return [(stripes.get(stripeId) as Buffer).subarray(offset, offset + length)];
    },
  };
  const get = new GetObject({ means: { catalog, keyring } } as unknown as Vault, { stripes: read, codec });
  const bytes = async (range?: { start: number; end: number }) => {
    const given = range === undefined ? {} : { range: () => range };
    const pieces: Buffer[] = [];
    for await (const piece of get.run({ bucket: 'bucket', key: 'key', ...given }).body) pieces.push(piece);
    return Buffer.concat(pieces);
  };
  return { get, bytes, stripes, fetched, whole: Buffer.concat(plain), version };
}

async function sealed(index: number, plain: Buffer, stripes: Map<string, Buffer>) {
  const sealId = randomBytes(16);
  const objectKey = randomBytes(32);
  const source = async function* () {
    yield plain;
  };
  const pieces: Buffer[] = [];
  const sealing = {
    objectKey,
    salt: randomBytes(32),
    noncePrefix: randomBytes(7),
    associatedData: associatedData(sealId, index),
  };
  for await (const piece of sealStream(source(), sealing)) pieces.push(piece);
  const whole = Buffer.concat(pieces);
  const extents: Extent[] = [];
  for (let at = 0; at < whole.length; at += stripeBytes) {
    const stripeId = `${index}-${at}`;
    stripes.set(stripeId, Buffer.from(whole.subarray(at, at + stripeBytes)));
    extents.push({ stripeId, offset: 0, length: Math.min(stripeBytes, whole.length - at) });
  }
  return {
    sealId: sealId.toString('hex'),
    wrappedKey: keyring.wrap(sealId, objectKey).toString('base64'),
    plainBytes: plainSize(whole.length),
    sealedBytes: whole.length,
    extents,
  };
}

describe('GetObject', () => {
  it('A-14 gives back objects of every edge', async () => {
    for (const size of [0, 1, first - 1, first, first + 1, first + other, first + other + 1]) {
      const { bytes, whole } = await world(randomBytes(size));
      assert.deepEqual(await bytes(), whole, `${size} bytes`);
    }
  });

  it('S-14 gives any range as a slice of the whole, over segments and streams', async () => {
    const { bytes, whole } = await world(
      randomBytes(first + other + 77),
      randomBytes(3),
      randomBytes(first + 9),
    );
    const edges = [0, 1, first - 1, first, first + 1, first + other, first + other + 77, whole.length - 1];
    for (const start of edges)
      for (const end of [...edges, whole.length].filter((at) => at > start))
        assert.ok((await bytes({ start, end })).equals(whole.subarray(start, end)), `${start} to ${end}`);
    let chance = 20261125;
    const next = (below: number) => (chance = (chance * 1103515245 + 12345) % 2 ** 31) % below;
    for (let turn = 0; turn < 40; turn += 1) {
      const start = next(whole.length);
      const end = start + 1 + next(whole.length - start);
      assert.ok((await bytes({ start, end })).equals(whole.subarray(start, end)), `seed 20261125, ${turn}`);
    }
  });

  it('fetches only the header and the segments that a range lies in, and the header once', async () => {
    const { bytes, fetched, whole } = await world(randomBytes(first + 5 * other));
    const at = first + other + 5;
    const got = await bytes({ start: at, end: at + 1 });
    const lengths = fetched.map(({ length }) => length).sort((one, other) => one - other);
    assert.deepEqual(lengths, [40, 1 << 20]);
    assert.ok(got.equals(whole.subarray(at, at + 1)));
    fetched.splice(0);
    await bytes({ start: at - other, end: at - other + 1 });
    assert.deepEqual(
      fetched.map(({ length }) => length),
      [1 << 20],
    );
  });

  it('takes the header from the first segment where it reads that', async () => {
    const { bytes, fetched, whole } = await world(randomBytes(first + 2 * other + 7));
    assert.ok((await bytes()).equals(whole));
    const total = fetched.reduce((sum, { length }) => sum + length, 0);
    assert.equal(total, whole.length + 40 + 4 * 16);
    fetched.splice(0);
    await bytes({ start: first, end: first + 1 });
    assert.equal(fetched.length, 1);
  });

  it('reads a segment whose header it knows although the front of the stream is gone', async () => {
    const { bytes, stripes, whole } = await world(randomBytes(first + 3 * other));
    const range = { start: first + other, end: first + 2 * other };
    await bytes(range);
    stripes.delete('0-0');
    assert.ok((await bytes(range)).equals(whole.subarray(range.start, range.end)));
  });

  it('ends with the failure of the first segment, which the others wait for', async () => {
    const { bytes, stripes } = await world(randomBytes(first + 3 * other));
    stripes.delete('0-0');
    await assert.rejects(bytes(), TypeError);
  });

  it('F-18 releases no byte of a segment with a flipped bit, nor one cut short', async () => {
    const { bytes, stripes, get } = await world(randomBytes(first + 100));
    const stripe = stripes.get('0-0') as Buffer;
    for (const at of [5, 40, 1 << 19, stripe.length - 1]) {
      stripe[at] = (stripe[at] as number) ^ 1;
      await assert.rejects(bytes(), { code: 'seal-broken' });
      stripe[at] = stripe[at] ^ 1;
    }
    stripe[(1 << 20) + 3] = (stripe[(1 << 20) + 3] as number) ^ 1;
    const { body } = get.run({ bucket: 'bucket', key: 'key' });
    assert.equal((await body.next()).value?.length, first, 'the segment before it was whole');
    await assert.rejects(body.next(), { code: 'seal-broken' });
  });

  it('takes a version that its reader has found already at its word', async () => {
    const { get, version, whole } = await world(randomBytes(10));
    const { body } = get.run({ bucket: 'bucket', key: 'renamed', version });
    assert.deepEqual((await body.next()).value, whole);
  });

  it('opens into the memory that its reader brings', async () => {
    const { get, whole } = await world(randomBytes(first + other + 3));
    const rooms = new SpareBuffers(1 << 20, 1);
    const [before, pieces] = [rooms.take(), [] as Buffer[]];
    rooms.give(before);
    for await (const piece of get.run({ bucket: 'bucket', key: 'key', rooms }).body) pieces.push(piece);
    assert.ok(Buffer.concat(pieces).equals(whole));
    assert.equal(pieces[0]?.buffer, before.buffer);
  });

  it('denies what is not there, and what its conditions rule out', async () => {
    const { get, version } = await world(randomBytes(10));
    const refused = (request: object, code: string) =>
      assert.throws(() => get.run({ bucket: 'bucket', key: 'key', ...request }), { code });
    refused({ bucket: 'another' }, 'bucket-unknown');
    refused({ key: 'another' }, 'object-unknown');
    refused({ key: 'gone' }, 'object-unknown');
    refused({ versionId: 'bb'.repeat(16) }, 'version-unknown');
    refused({ key: 'another', versionId: version.versionId }, 'version-unknown');
  });
});

describe('GetObject on whole stripes', () => {
  const catalog = new SqliteCatalog(':memory:');
  const memory = new MemoryVault('one shard a byte');
  const plain = memory.random.bytes(first + 5 * other);
  let read: ReadStripe;
  let vault: Vault;
  before(async () => {
    const opened = await memory.open(catalog, 1000);
    vault = opened.vault;
    read = new ReadStripe(vault, new MemorySuspects(), 200);
    const { geometry } = memory;
    await new ChangeBucket(vault, opened.flush).run('bucket', { geometry, versions: 'latest' });
    await opened.put.run({ bucket: 'bucket', key: 'key', body: Readable.from([plain]) });
  });
  after(() => catalog.close());

  /** Bytes of the object, and how many shards were fetched for them. */
  async function got(get: GetObject, start: number, end: number) {
    const gets = () => memory.doors.reduce((sum, door) => sum + door.gets, 0);
    const before = gets();
    const pieces: Buffer[] = [];
    const { body } = get.run({ bucket: 'bucket', key: 'key', range: () => ({ start, end }) });
    for await (const piece of body) pieces.push(piece);
    assert.ok(Buffer.concat(pieces).equals(plain.subarray(start, end)));
    return gets() - before;
  }

  it('fetches one shard for a byte of an object that was put or read before', async () => {
    const put = new GetObject(vault, { stripes: read, codec, headers: memory.headers });
    for (const at of [0, first - 1, first + 2 * other, plain.length - 1])
      assert.equal(await got(put, at, at + 1), 1, `byte ${at}`);
    const cold = new GetObject(vault, { stripes: read, codec });
    assert.equal(await got(cold, first + other, first + other + 1), 2, 'nothing knows the header yet');
    assert.equal(await got(cold, first + other, first + other + 1), 1);
  });

  it('fetches no shard twice for all of an object of which it knows nothing', async () => {
    const cold = new GetObject(vault, { stripes: read, codec });
    assert.equal(await got(cold, 0, plain.length), 6);
    assert.equal(await got(cold, first, first + 1), 1);
  });
});

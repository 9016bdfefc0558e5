import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { LocalCodec } from '@dstore/application/adapters/threads/local-codec.js';
import { sealStream } from '@dstore/application/core/sealed-stream.js';
import { associatedData, plainSize, segmentCapacity } from '@dstore/application/core/sealing.js';
import { VaultKeys } from '@dstore/application/core/vault-keys.js';
import type { Extent, Version } from '@dstore/application/core/delta.js';
import { GetObject } from '@dstore/application/use-cases/get-object.js';
import type { Vault } from '@dstore/application/use-cases/vault.js';

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

  it('fetches only the header and the segments that a range lies in', async () => {
    const { bytes, fetched } = await world(randomBytes(first + 5 * other));
    await bytes({ start: first + other + 5, end: first + other + 6 });
    assert.equal(fetched.length, 2);
    assert.equal(fetched[0]?.length, 40);
    assert.equal(fetched[1]?.length, 1 << 20);
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

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { VaultKeys } from '@dstore/application/core/vault-keys.js';
import { SystemRandom } from '@dstore/application/adapters/system/system-random.js';
import type { Bucket, Stripe } from '@dstore/application/core/delta.js';
import { PutObject, type PutRequest } from '@dstore/application/use-cases/put-object.js';
import type { Vault } from '@dstore/application/use-cases/vault.js';
import type { Flushed, VaultChange } from '@dstore/application/use-cases/vault-change.js';

import { VirtualClock } from '../virtual-clock.js';
import { LocalCodec } from '@dstore/application/adapters/threads/local-codec.js';
import type { EncodedStripe } from '@dstore/application/core/stripe.js';

/** Memory for three stripes of (2, 1) with their plaintext. */
const threeSeats = 16 << 20;

type Put = Extract<VaultChange, { kind: 'put' }>;

/** A store that keeps lengths, and a flush that a test may let fail; a bucket of so much, of which 90 bytes are used. */
function world(settings: Partial<Bucket> = {}) {
  const flushed: Put[] = [];
  const released: string[] = [];
  const stored: { stripeId: string; bytes: number; inFlight: number }[] = [];
  const state = { inFlight: 0, storeFailsAt: Infinity, flushFails: undefined as Error | undefined };
  const catalog = {
    bucket: (name: string) =>
      name === 'bucket' ? { bucket: name, dataShards: 2, parityShards: 1, ...settings } : undefined,
    bucketUsage: () => ({ objects: 1, bytes: 90 }),
    current: (_bucket: string, key: string) =>
      key === 'there' ? { versionId: 'aa'.repeat(16), marker: 'no', bytes: 60 } : undefined,
  };
  const vault = {
    means: {
      catalog,
      random: new SystemRandom(),
      clock: new VirtualClock(),
      keyring: new VaultKeys(randomBytes(32), 'v', 0),
    },
    release: (leaseId: string) => void released.push(leaseId),
    doorOf: () => ({ discard: async () => undefined }),
  } as unknown as Vault;
  const store = {
    store: async (stripeId: string, { length }: EncodedStripe): Promise<Stripe> => {
      state.inFlight += 1;
      stored.push({ stripeId, bytes: length, inFlight: state.inFlight });
      const fails = stored.length >= state.storeFailsAt;
      await new Promise((resolve) => setImmediate(resolve));
      state.inFlight -= 1;
      if (fails) throw new Error('no disk');
      const shard = { index: 0, digest: '00'.repeat(32), leaseId: stripeId, diskId: 'd1' };
      return { stripeId, dataShards: 2, parityShards: 1, length, shardSize: 1 << 20, shards: [shard] };
    },
  };
  const flush = {
    run: async (change: VaultChange): Promise<Flushed> => {
      if (state.flushFails !== undefined) throw state.flushFails;
      flushed.push(change as Put);
      return { txId: 'tx', revision: 1n, replaced: undefined, stripes: (change as Put).stripes };
    },
  };
  const put = new PutObject(vault, store, flush, new LocalCodec(threeSeats));
  const run = (bytes: Buffer, request: Partial<PutRequest> = {}) =>
    put.run({ bucket: 'bucket', key: 'key', body: inPieces(bytes), ...request });
  return { run, flushed, released, stored, state };
}

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 700_001) yield bytes.subarray(at, at + 700_001);
}

describe('PutObject', () => {
  it('stores full stripes as they fill, as many at a time as there are seats, and hands the tail to the flush', async () => {
    const { run, flushed, stored } = world();
    const result = await run(randomBytes(15_000_000));
    const [put] = flushed;
    const [stream] = put?.streams ?? [];
    assert.equal(result.bytes, 15_000_000);
    assert.deepEqual(
      stored.map(({ bytes }) => bytes),
      Array.from({ length: 7 }, () => 2 << 20),
    );
    assert.ok(Math.max(...stored.map(({ inFlight }) => inFlight)) <= 3);
    assert.deepEqual(
      stream?.extents.map(({ stripeId }) => stripeId),
      put?.stripes.map(({ stripeId }) => stripeId),
    );
    assert.equal(7 * (2 << 20) + (stream?.tail.length ?? 0), stream?.sealedBytes);
  });

  it('A-14 hands a small or empty object whole to the flush', async () => {
    for (const size of [0, 1, 1000]) {
      const { run, flushed, stored } = world();
      await run(randomBytes(size));
      assert.deepEqual(stored, []);
      assert.equal(flushed[0]?.streams[0]?.plainBytes, size);
      assert.equal(flushed[0]?.streams[0]?.tail.length, flushed[0]?.streams[0]?.sealedBytes);
    }
  });

  it('keeps headers and metadata with the version, and no plaintext', async () => {
    const { run, flushed } = world();
    const bytes = Buffer.from('canary '.repeat(100));
    await run(bytes, { headers: { 'content-type': 'text/plain' }, metadata: { note: 'x' } });
    assert.deepEqual(flushed[0]?.version.headers, [['content-type', 'text/plain']]);
    assert.deepEqual(flushed[0]?.version.metadata, [['note', 'x']]);
    assert.ok(!flushed[0]?.streams[0]?.tail.includes('canary'));
  });

  it('S-13 keeps the digests that its bucket keeps, and those that it came with', async () => {
    const bytes = randomBytes(3_000_000);
    const sha256 = createHash('sha256').update(bytes).digest('base64');
    const sha512 = createHash('sha512').update(bytes).digest('base64');
    const kept = async (settings: Partial<Bucket>, request: Partial<PutRequest>) => {
      const { run, flushed } = world(settings);
      await run(bytes, request);
      return flushed[0]?.version.headers;
    };
    const headers = { 'content-type': 'text/plain' };
    assert.deepEqual(await kept({ digests: ['sha-256'] }, { headers, digests: { sha512 } }), [
      ['content-type', 'text/plain'],
      ['repr-digest', `sha-256=:${sha256}:, sha-512=:${sha512}:`],
    ]);
    assert.deepEqual(await kept({}, { digests: { sha256 } }), [['repr-digest', `sha-256=:${sha256}:`]]);
    assert.deepEqual(await kept({}, {}), []);
  });

  it('S-15 refuses a hopeless put before it reads the body', async () => {
    const { run } = world();
    const body = (async function* () {
      assert.fail('the body was read');
      yield Buffer.alloc(0);
    })();
    const hopeless = (request: Partial<PutRequest>) => run(Buffer.alloc(0), { body, ...request });
    await assert.rejects(hopeless({ bucket: 'another' }), { code: 'bucket-unknown' });
    await assert.rejects(hopeless({ key: 'there', conditions: { ifNoneMatch: '*' } }), {
      code: 'precondition-failed',
    });
  });

  it('refuses a put that its bucket has no room for, by its length before the body is read', async () => {
    const unread = (async function* () {
      assert.fail('the body was read');
      yield Buffer.alloc(0);
    })();
    const full = { code: 'quota-reached', facts: { quotaBytes: '100' } };
    const over = { body: unread, contentLength: 11 };
    await assert.rejects(world({ quotaBytes: 100 }).run(Buffer.alloc(0), over), full);
    const latest = { quotaBytes: 100, versions: 'latest' as const };
    const replacing = { key: 'there', body: unread, contentLength: 71 };
    await assert.rejects(world(latest).run(Buffer.alloc(0), replacing), full);
    await assert.rejects(
      world({ ...latest, versions: 'keep' }).run(Buffer.alloc(0), { ...over, key: 'there' }),
      full,
    );
    await world({ quotaBytes: 100 }).run(randomBytes(10), { contentLength: 10 });
    await world(latest).run(randomBytes(70), { key: 'there', contentLength: 70 });
    await world({ quotaBytes: 80 }).run(Buffer.alloc(0), { contentLength: 0 });
  });

  it('reads no more of a body that does not say its length than its bucket has room for, and leaves nothing', async () => {
    const { run, flushed, stored, released } = world({ quotaBytes: 90 + (5 << 20) });
    let read = 0;
    const body = (async function* () {
      for (; read < 100; read += 1) yield randomBytes(1 << 20);
    })();
    await assert.rejects(run(Buffer.alloc(0), { body }), { code: 'quota-reached' });
    assert.equal(read, 5, 'the sixth was one too many');
    assert.deepEqual(flushed, []);
    assert.ok(stored.length > 0);
    assert.deepEqual(released.sort(), stored.map(({ stripeId }) => stripeId).sort());
  });

  it('S-13 refuses a body of another length or digest than announced', async () => {
    const bytes = randomBytes(5_000_000);
    const sha256 = createHash('sha256').update(bytes).digest('base64');
    const sha512 = createHash('sha512').update(bytes).digest('base64');
    await world().run(bytes, { contentLength: bytes.length, digests: { sha256, sha512 } });
    const wrong = [
      ['body-incomplete', { contentLength: bytes.length + 1 }],
      ['digest-mismatch', { digests: { sha256: sha512 } }],
      ['digest-mismatch', { digests: { sha256, sha512: sha256 } }],
    ] as const;
    for (const [code, request] of wrong) {
      const { run, flushed, stored, released } = world();
      await assert.rejects(run(bytes, request), { code });
      assert.deepEqual(flushed, []);
      assert.deepEqual(released.sort(), stored.map(({ stripeId }) => stripeId).sort());
    }
  });

  it('I7 gives up every stripe that it stored when a later one fails, and nothing when the flush does', async () => {
    const { run, released, stored, state } = world();
    state.storeFailsAt = 4;
    await assert.rejects(run(randomBytes(12_000_000)), /no disk/);
    const good = stored.slice(0, 3).map(({ stripeId }) => stripeId);
    assert.deepEqual(released.sort(), good.sort());
    assert.equal(state.inFlight, 0);
    const other = world();
    other.state.flushFails = new Error('no flush');
    await assert.rejects(other.run(randomBytes(5_000_000)), /no flush/);
    assert.deepEqual(other.released, [], 'they were handed over');
  });
});

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { MemorySuspects } from '@dstore/application/adapters/memory/memory-suspects.js';
import { LocalCodec } from '@dstore/application/adapters/threads/local-codec.js';
import type { Stripe } from '@dstore/application/core/delta.js';
import { createSealer, segmentBytes } from '@dstore/application/core/sealing.js';
import { stripeCapacity } from '@dstore/application/core/stripe-work.js';
import { encodeStripe, paddingBytes } from '@dstore/application/core/stripe.js';
import type { Door } from '@dstore/application/ports/door.js';
import { Denial, Fault } from '@dstore/application/ports/fault.js';
import { ReadStripe } from '@dstore/application/use-cases/read-stripe.js';
import type { Vault } from '@dstore/application/use-cases/vault.js';

import { VirtualClock } from '../virtual-clock.js';

const geometry = { dataShards: 3, parityShards: 2 };
const bytes = randomBytes(600_000);

/** A stripe of (3, 2) on five disks, d0 to d4, whose doors a test may spoil. */
function world(kept: readonly number[] = [0, 1, 2, 3, 4]) {
  const clock = new VirtualClock();
  const suspects = new MemorySuspects();
  const asked: string[] = [];
  const spoilt = new Map<string, (good: Buffer) => Promise<Buffer>>();
  const encoded = encodeStripe([bytes], geometry, randomBytes(paddingBytes(bytes.length, 3)));
  const all = encoded.shards.map(({ index, digest }) => ({
    index,
    digest,
    leaseId: '00'.repeat(16),
    diskId: `d${index}`,
  }));
  const shards = all.filter(({ index }) => kept.includes(index));
  const stripe = {
    stripeId: 's',
    ...geometry,
    length: bytes.length,
    shardSize: encoded.shardSize,
    shards,
  };
  const doorOf = (diskId: string): Pick<Door, 'getShard'> => ({
    getShard: async () => {
      asked.push(diskId);
      const good = Buffer.from(encoded.shards[Number(diskId.slice(1))]?.bytes as Uint8Array);
      return spoilt.get(diskId)?.(good) ?? good;
    },
  });
  const means = { clock, catalog: { stripe: (id: string) => (id === 's' ? stripe : undefined) } };
  const read = new ReadStripe({ means, doorOf } as unknown as Vault, suspects, 200);
  const run = async (offset: number, length: number, signal?: AbortSignal) =>
    Buffer.concat(await read.run({ stripeId: 's', offset, length }, signal));
  return { clock, suspects, asked, spoilt, read, run, shardSize: encoded.shardSize, digests: all };
}

const unknown = async () => Promise.reject(new Denial('shard-unknown', 'gone'));
const silent = async () => Promise.reject(new Fault('door-unreachable', 'no answer', { retryable: true }));
const hanging = () => new Promise<Buffer>(() => undefined);

describe('ReadStripe', () => {
  it('asks only for the data shards that the bytes lie in', async () => {
    const { run, asked, shardSize } = world();
    assert.deepEqual(await run(shardSize + 5, 100), bytes.subarray(shardSize + 5, shardSize + 105));
    assert.deepEqual(asked, ['d1']);
    const across = await run(shardSize - 1, 2);
    assert.deepEqual(across, bytes.subarray(shardSize - 1, shardSize + 1));
    assert.deepEqual(asked.slice(1).sort(), ['d0', 'd1']);
  });

  it('A-19 replaces a shard with a wrong bit, a wrong length or another shard, and notes it', async () => {
    const wrong: ((good: Buffer) => Buffer)[] = [
      (good) => (good.writeUInt8(good.readUInt8(7) ^ 1, 7), good),
      (good) => good.subarray(1),
      () => randomBytes(64),
    ];
    for (const spoil of wrong) {
      const { run, spoilt, suspects, digests } = world();
      spoilt.set('d1', async (good) => spoil(good));
      assert.deepEqual(await run(0, bytes.length), bytes);
      assert.ok(suspects.has({ diskId: 'd1', digest: digests[1]?.digest as string }));
      assert.equal(suspects.count, 1);
    }
  });

  it('notes a shard that its disk does not have, but nothing of a door that does not answer', async () => {
    const { run, spoilt, suspects } = world();
    spoilt.set('d0', silent);
    spoilt.set('d2', unknown);
    assert.deepEqual(await run(0, bytes.length), bytes);
    assert.equal(suspects.count, 1);
  });

  it('reads with any k of its shards, whichever are gone', async () => {
    for (let lost = 0; lost < 32; lost += 1) {
      const gone = [0, 1, 2, 3, 4].filter((index) => (lost >> index) & 1);
      const { run, spoilt } = world();
      for (const index of gone) spoilt.set(`d${index}`, unknown);
      if (gone.length <= 2) assert.deepEqual(await run(0, bytes.length), bytes, gone.join());
      else await assert.rejects(run(0, bytes.length), { code: 'shards-unreachable', retryable: true });
    }
  });

  it('says that bytes are lost when fewer than k shards were ever left', async () => {
    const { run } = world([1, 4]);
    await assert.rejects(run(0, 10), { code: 'object-lost' });
    assert.deepEqual(await world([2, 3, 4]).run(0, bytes.length), bytes);
  });

  it('A-18 races a door that is slow, once it is slow, and asks others first after it', async () => {
    const { run, spoilt, clock, asked } = world();
    spoilt.set('d0', hanging);
    const reading = run(0, 10);
    await clock.advance(199);
    assert.deepEqual(asked, ['d0']);
    await clock.advance(1);
    assert.deepEqual(await reading, bytes.subarray(0, 10));
    asked.length = 0;
    assert.deepEqual(await run(0, 10), bytes.subarray(0, 10));
    assert.ok(!asked.includes('d0'));
    await clock.advance(5001);
    spoilt.delete('d0');
    asked.length = 0;
    await run(0, 10);
    assert.deepEqual(asked, ['d0']);
  });

  it('A-18 reads a whole stripe past as many slow doors as there is parity', async () => {
    const { run, spoilt, clock } = world();
    spoilt.set('d0', hanging);
    spoilt.set('d2', hanging);
    const reading = run(0, bytes.length);
    await clock.advance(200);
    assert.deepEqual(await reading, bytes);
  });

  it('F-22 ends with its signal, and leaves nothing that hangs on it', async () => {
    const stop = new AbortController();
    const { run, spoilt } = world();
    const either = AbortSignal.any([stop.signal, new AbortController().signal]);
    for (let turn = 0; turn < 50; turn += 1) await run(0, 10, either);
    for (const signal of [stop.signal, either]) assert.equal(getEventListeners(signal, 'abort').length, 0);
    spoilt.set('d0', hanging);
    const reading = run(0, 10, stop.signal);
    await setImmediate();
    stop.abort(new Error('gone'));
    await assert.rejects(reading, /gone/);
    await assert.rejects(run(0, 10, stop.signal), /gone/);
  });

  it('says that a stripe that the catalog does not know is lost', async () => {
    const { read, run } = world();
    await assert.rejects(read.run({ stripeId: 'another', offset: 0, length: 1 }), { code: 'object-lost' });
    assert.equal((await run(5, 0)).length, 0);
  });
});

/** A sealed stripe of (3, 2), the seat that it is read into, and doors that know of rooms or do not. */
async function sealedWorld({ knowRooms = true } = {}) {
  const codec = new LocalCodec(64 << 20);
  const sealing = {
    objectKey: randomBytes(32),
    salt: randomBytes(32),
    noncePrefix: randomBytes(7),
    associatedData: randomBytes(8),
  };
  const plain = randomBytes(stripeCapacity(1, geometry.dataShards));
  const source = await codec.seat(geometry, segmentBytes);
  plain.copy(source.room);
  const { digests } = await source.seal({
    ...sealing,
    firstSegment: 3,
    plainBytes: plain.length,
    last: false,
  });
  const bytesOf = digests.map((_, index) => Buffer.from(source.shard(index)));
  source.release();
  const suspects = new MemorySuspects();
  const spoilt = new Map<string, (good: Buffer) => Promise<Buffer>>();
  const asked: string[] = [];
  const doorOf = (diskId: string): Pick<Door, 'getShard'> => ({
    getShard: async (_digest, _size, _signal, room) => {
      asked.push(diskId);
      const good = Buffer.from(bytesOf[Number(diskId.slice(1))] as Buffer);
      const found = (await spoilt.get(diskId)?.(good)) ?? good;
      if (!knowRooms || room === undefined) return found;
      found.copy(room);
      return room.subarray(0, found.length);
    },
  });
  const shards = digests.map((digest, index) => ({ index, digest, leaseId: '00', diskId: `d${index}` }));
  const length = geometry.dataShards * segmentBytes;
  const stripe: Stripe = { stripeId: 's', ...geometry, length, shardSize: segmentBytes, shards };
  const clock = new VirtualClock();
  const read = new ReadStripe({ means: { clock }, doorOf } as unknown as Vault, suspects, 200);
  const seat = await codec.seat(geometry, segmentBytes);
  const header = createSealer(sealing).header;
  const run = { ...sealing, header, firstSegment: 3, sealedBytes: length, last: false };
  const open = async (signal?: AbortSignal) =>
    Buffer.from(seat.room.subarray(0, await read.open(stripe, seat, run, signal)));
  return { open, plain, spoilt, suspects, asked, seat, shards };
}

describe('ReadStripe, into a seat', () => {
  for (const knowRooms of [true, false])
    it(`opens a stripe whole through doors that ${knowRooms ? 'fill' : 'know nothing of'} rooms`, async () => {
      const { open, plain, asked, suspects } = await sealedWorld({ knowRooms });
      assert.ok((await open()).equals(plain));
      assert.deepEqual(asked.sort(), ['d0', 'd1', 'd2']);
      assert.equal(suspects.count, 0);
    });

  it('opens it with any k of its shards, whichever are gone', async () => {
    for (let lost = 0; lost < 32; lost += 1) {
      const gone = [0, 1, 2, 3, 4].filter((index) => (lost >> index) & 1);
      const { open, plain, spoilt } = await sealedWorld();
      for (const index of gone) spoilt.set(`d${index}`, silent);
      if (gone.length <= 2) assert.ok((await open()).equals(plain), gone.join());
      else await assert.rejects(open(), { code: 'shards-unreachable', retryable: true });
    }
  });

  it('A-19 notes shards with a wrong bit, replaces them and fetches no good one again', async () => {
    for (const wrong of [['d1'], ['d0', 'd2']]) {
      const { open, plain, spoilt, suspects, asked, shards } = await sealedWorld();
      for (const diskId of wrong)
        spoilt.set(diskId, async (good) => (good.writeUInt8(good.readUInt8(7) ^ 1, 7), good));
      assert.ok((await open()).equals(plain));
      assert.equal(suspects.count, wrong.length);
      for (const { diskId, digest } of shards)
        assert.equal(suspects.has({ diskId, digest }), wrong.includes(diskId));
      assert.equal(new Set(asked).size, asked.length);
    }
  });

  it('writes nothing into the seat for a door that answers after the read was cancelled', async () => {
    const { open, spoilt, seat } = await sealedWorld({ knowRooms: false });
    const late = Promise.withResolvers<Buffer>();
    spoilt.set('d0', () => late.promise);
    const stop = new AbortController();
    const reading = open(stop.signal);
    await setImmediate();
    stop.abort(new Error('gone'));
    await assert.rejects(reading, /gone/);
    seat.shard(0).fill(7);
    late.resolve(Buffer.alloc(segmentBytes, 9));
    await setImmediate();
    assert.ok(seat.shard(0).every((byte) => byte === 7));
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { encodePlainly } from '@dstore/application/core/plain-erasure.js';
import { sealStream } from '@dstore/application/core/sealed-stream.js';
import {
  createSealer,
  SealBroken,
  type Sealing,
  segmentBytes,
  segmentCapacity,
} from '@dstore/application/core/sealing.js';
import { shardDigest } from '@dstore/application/core/shard.js';
import { type SegmentRun, stripeCapacity } from '@dstore/application/core/stripe-work.js';
import type { Codec, Seat } from '@dstore/application/ports/codec.js';

const noise = (length: number, name: string) =>
  createHash('shake256', { outputLength: length }).update(name).digest();

/** A stream's keys. They are copies: a codec may wipe its own. */
export function sealingOf(name: string): Sealing {
  return {
    objectKey: noise(32, `${name}/key`),
    salt: noise(32, `${name}/salt`),
    noncePrefix: noise(7, `${name}/nonce`),
    associatedData: Buffer.from(name),
  };
}

/** The small geometry of most tests here. */
export const twoAndOne = { dataShards: 2, parityShards: 1 };

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function sealedPlainly(plain: Buffer, sealing: Sealing): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of sealStream(once(plain), sealing)) pieces.push(piece);
  return pieces;
}

/** Fills a seat's data shards with a sealed stream of full stripes, and its parity. */
function fill(seat: Seat, shards: readonly Buffer[]): (string | undefined)[] {
  shards.forEach((bytes, index) => seat.shard(index).set(bytes));
  return shards.map(shardDigest);
}

/** A whole stripe from the middle of a stream: its plaintext, its shards, and how it is opened. */
function middleStripe(name: string, firstSegment: number) {
  const sealing = sealingOf(name);
  const sealer = createSealer(sealing);
  const plain = noise(stripeCapacity(firstSegment, 2), name);
  const cut = segmentCapacity(firstSegment);
  const data = [
    sealer.seal(firstSegment, plain.subarray(0, cut), false),
    sealer.seal(firstSegment + 1, plain.subarray(cut), false),
  ];
  const { objectKey, associatedData } = sealing;
  const opening: SegmentRun = {
    objectKey,
    associatedData,
    header: sealer.header,
    firstSegment,
    sealedBytes: 2 * segmentBytes,
    last: false,
  };
  return { plain, shards: [...data, ...encodePlainly(data, 1)], opening };
}

/** What every codec owes; `make` gives one with memory for at least two seats of (2,1), closed by the suite. */
export function describeCodec(title: string, make: () => Codec): void {
  describe(title, () => declareCodec(make));
}

function declareCodec(make: () => Codec): void {
  let codec: Codec;
  beforeEach(() => {
    codec = make();
  });
  afterEach(() => codec.close());
  const seat = (geometry = twoAndOne) => codec.seat(geometry, segmentBytes);

  it('seals a full stripe to the bytes, parity and digests of the plain versions', async () => {
    for (const [geometry, last] of [
      [twoAndOne, true],
      [{ dataShards: 3, parityShards: 2 }, true],
      [{ dataShards: 1, parityShards: 0 }, true],
    ] as const) {
      const { dataShards: k, parityShards: m } = geometry;
      const plain = noise(stripeCapacity(0, k), 'full');
      const place = await seat(geometry);
      place.room.set(plain);
      const sealed = await place.seal({
        ...sealingOf('full'),
        firstSegment: 0,
        plainBytes: plain.length,
        last,
      });
      const data = await sealedPlainly(plain, sealingOf('full'));
      const shards = [...data, ...encodePlainly(data, m)];
      assert.equal(sealed.sealedBytes, k * segmentBytes);
      assert.deepEqual(sealed.digests, shards.map(shardDigest));
      shards.forEach((bytes, index) => assert.ok(bytes.equals(place.shard(index))));
      place.release();
    }
  });

  it('seals the tail of a stream, an empty one included, and leaves parity to others', async () => {
    for (const length of [0, 1, 5000, segmentBytes - 56, segmentBytes - 55, segmentBytes + 7]) {
      const plain = noise(length, 'tail');
      const place = await seat();
      place.room.set(plain);
      const task = { ...sealingOf('tail'), firstSegment: 0, plainBytes: length, last: true };
      const { sealedBytes, digests } = await place.seal(task);
      const whole = Buffer.concat([place.shard(0), place.shard(1)]).subarray(0, sealedBytes);
      assert.ok(
        whole.equals(Buffer.concat(await sealedPlainly(plain, sealingOf('tail')))),
        `${length} bytes`,
      );
      assert.deepEqual(digests, []);
      place.release();
    }
  });

  it('encodes data shards as they are, of any size', async () => {
    for (const size of [64, 4160, segmentBytes]) {
      const place = await codec.seat({ dataShards: 4, parityShards: 2 }, size);
      const data = Array.from({ length: 4 }, (_, index) => noise(size, `data/${index}`));
      data.forEach((bytes, index) => place.shard(index).set(bytes));
      const shards = [...data, ...encodePlainly(data, 2)];
      assert.deepEqual(await place.encode(), shards.map(shardDigest));
      place.release();
    }
  });

  it('opens what was fetched, whichever shards those are', async () => {
    for (const lost of [undefined, 0, 1, 2]) {
      const { plain, shards, opening } = middleStripe('open', 6);
      const place = await seat();
      const digests = fill(place, shards);
      if (lost !== undefined) {
        digests[lost] = undefined;
        place.shard(lost).fill(0xee);
      }
      const opened = await place.open({ digests, wanted: [0, 1], opening });
      assert.deepEqual(opened, { wrong: [], complete: true, plainBytes: plain.length });
      assert.ok(place.room.subarray(0, plain.length).equals(plain), `without ${lost}`);
      place.release();
    }
  });

  it('reads the header of a stream in its first stripe', async () => {
    const plain = noise(1000, 'short');
    const place = await seat();
    place.room.set(plain);
    const { objectKey, associatedData, ...rest } = sealingOf('short');
    const stream = { objectKey, associatedData, ...rest };
    const { sealedBytes } = await place.seal({ ...stream, firstSegment: 0, plainBytes: 1000, last: true });
    place.room.fill(0);
    const digests = [shardDigest(place.shard(0)), undefined, undefined];
    const opening = { ...sealingOf('short'), firstSegment: 0, sealedBytes, last: true };
    const opened = await place.open({ digests, wanted: [0], opening });
    assert.equal(opened.plainBytes, 1000);
    assert.ok(place.room.subarray(0, 1000).equals(plain));
    place.release();
  });

  it('names a shard with one flipped byte, and makes it again from the others', async () => {
    const { plain, shards, opening } = middleStripe('flip', 2);
    const place = await seat();
    const digests = fill(place, shards);
    place.shard(1)[77] = (place.shard(1)[77] as number) ^ 1;
    const opened = await place.open({ digests, wanted: [0, 1], opening });
    assert.deepEqual(opened, { wrong: [1], complete: true, plainBytes: plain.length });
    assert.ok(place.room.subarray(0, plain.length).equals(plain));
    place.release();
  });

  it('opens nothing when too few good shards are there, and says so', async () => {
    const { shards, opening } = middleStripe('few', 2);
    const place = await seat();
    const [, second, third] = fill(place, shards);
    place.shard(1).fill(0);
    const opened = await place.open({ digests: [undefined, second, third], wanted: [0], opening });
    assert.deepEqual(opened, { wrong: [1], complete: false, plainBytes: 0 });
    place.release();
  });

  it('rebuilds any shards from any k others, and names them', async () => {
    for (const [geometry, lost] of [
      [{ dataShards: 4, parityShards: 2 }, [1, 5]],
      [{ dataShards: 4, parityShards: 2 }, [4]],
      [{ dataShards: 10, parityShards: 4 }, [0, 3, 11, 13]],
    ] as const) {
      const place = await codec.seat(geometry, 4160);
      const data = Array.from({ length: geometry.dataShards }, (_, index) => noise(4160, `lost/${index}`));
      const shards = [...data, ...encodePlainly(data, geometry.parityShards)];
      const digests = fill(place, shards);
      for (const index of lost) {
        digests[index] = undefined;
        place.shard(index).fill(0xee);
      }
      const rebuilt = await place.rebuild({ digests, wanted: lost });
      const named = lost.map((index) => shardDigest(shards[index] as Buffer));
      assert.deepEqual(rebuilt, { wrong: [], complete: true, digests: named });
      for (const index of lost) assert.ok(place.shard(index).equals(shards[index] as Buffer), `${index}`);
      place.release();
    }
  });

  it('rebuilds from no shard with one flipped byte, and from no fewer than k', async () => {
    const { shards } = middleStripe('rebuild', 2);
    const place = await seat();
    const [first, , third] = fill(place, shards);
    place.shard(0)[99] = (place.shard(0)[99] as number) ^ 1;
    const task = { digests: [first, undefined, third], wanted: [1] };
    assert.deepEqual(await place.rebuild(task), { wrong: [0], complete: false, digests: [] });
    const looking = await place.rebuild({ digests: [first, undefined, third], wanted: [] });
    assert.deepEqual(looking, { wrong: [0], complete: true, digests: [] });
    place.release();
  });

  it('refuses a broken seal, and leaves no plaintext of that segment', async () => {
    const { shards, opening } = middleStripe('broken', 2);
    const forged = shards.slice(0, 2).map((bytes) => Buffer.from(bytes));
    (forged[0] as Buffer)[500] = ((forged[0] as Buffer)[500] as number) ^ 1;
    const place = await seat();
    place.room.fill(0);
    const digests = [...fill(place, forged), undefined];
    await assert.rejects(place.open({ digests, wanted: [0, 1], opening }), SealBroken);
    assert.ok(place.room.every((byte) => byte === 0));
    place.release();
  });

  it('seals with the key as it was when it was asked to', async () => {
    const plain = noise(1000, 'key');
    const place = await seat();
    place.room.set(plain);
    const sealing = sealingOf('key');
    const pending = place.seal({ ...sealing, firstSegment: 0, plainBytes: 1000, last: true });
    sealing.objectKey.fill(0);
    const { sealedBytes } = await pending;
    const [expected] = await sealedPlainly(plain, sealingOf('key'));
    assert.ok(expected?.equals(place.shard(0).subarray(0, sealedBytes)));
    place.release();
  });

  it('refuses to seal less than a stripe in the middle of a stream', async () => {
    const place = await seat();
    const task = { ...sealingOf('less'), firstSegment: 0, plainBytes: 100, last: false };
    await assert.rejects(place.seal(task), RangeError);
    place.release();
  });

  it('refuses work whose signal is aborted, with its reason', async () => {
    const place = await seat();
    const reason = new Error('nobody wants it');
    await assert.rejects(place.encode(AbortSignal.abort(reason)), reason);
    await assert.rejects(codec.seat(twoAndOne, segmentBytes, AbortSignal.abort(reason)), reason);
    place.release();
  });

  it('seats nobody after it was closed', async () => {
    await codec.close();
    await assert.rejects(seat(), { code: 'not-ready' });
  });
}

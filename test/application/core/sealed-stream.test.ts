import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { openStream, sealStream } from '@dstore/application/core/sealed-stream.js';
import {
  headerBytes,
  SealBroken,
  sealedSize,
  segmentBytes,
  tagBytes,
} from '@dstore/application/core/sealing.js';
import fc from 'fast-check';

const first = segmentBytes - headerBytes - tagBytes;
const full = segmentBytes - tagBytes;
const sealing = {
  objectKey: Buffer.alloc(32, 1),
  salt: Buffer.alloc(32, 2),
  noncePrefix: Buffer.alloc(7, 3),
  associatedData: Buffer.from('here'),
};

const noise = (length: number) =>
  createHash('shake256', { outputLength: Math.max(1, length) })
    .update(`${length}`)
    .digest()
    .subarray(0, length);

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(source: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const list: Buffer[] = [];
  for await (const piece of source) list.push(piece);
  return list;
}

const sealed = async (plain: Uint8Array, size = 65536) =>
  Buffer.concat(await all(sealStream(pieces(plain, size), sealing)));
const opened = async (bytes: Uint8Array, size = 65536) =>
  Buffer.concat(await all(openStream(pieces(bytes, size), sealing)));

describe('sealed streams', () => {
  it('A-14 open to what was sealed, at every edge of a segment and in pieces of any size', async () => {
    for (const size of [
      0,
      1,
      first - 1,
      first,
      first + 1,
      first + full - 1,
      first + full,
      first + full + 1,
    ]) {
      const plain = noise(size);
      const stream = await all(sealStream(pieces(plain, 100_003), sealing));
      assert.equal(Buffer.concat(stream).length, sealedSize(size));
      for (const piece of stream.slice(0, -1)) assert.equal(piece.length, segmentBytes);
      for (const step of [4093, segmentBytes, 3 * segmentBytes])
        assert.ok((await opened(Buffer.concat(stream), step)).equals(plain), `${size} in ${step}`);
    }
  });

  it('do not depend on how the plaintext came in', async () => {
    const plain = noise(first + 10);
    const whole = await sealed(plain, plain.length);
    for (const size of [1000, first, first + 1]) assert.ok((await sealed(plain, size)).equals(whole));
    const withGaps = (async function* () {
      for await (const piece of pieces(plain, 500_000)) yield* [Buffer.alloc(0), piece, Buffer.alloc(0)];
    })();
    assert.ok(Buffer.concat(await all(sealStream(withGaps, sealing))).equals(whole));
  });

  it('hold one segment at a time, however long the source is', async () => {
    let asked = 0;
    const endless = (async function* () {
      for (;;) {
        asked += 1;
        yield Buffer.alloc(segmentBytes);
      }
    })();
    const stream = sealStream(endless, sealing);
    for (let count = 1; count <= 3; count += 1) {
      assert.equal((await stream.next()).value?.length, segmentBytes);
      assert.ok(asked <= count + 1);
    }
    await stream.return();
  });

  it('refuse a stream that was cut anywhere, lengthened, or put together anew', async () => {
    const plain = noise(first + full + 7);
    const good = await sealed(plain);
    for (const length of [0, 1, 39, 40, 55, 56, segmentBytes, segmentBytes + 16, good.length - 1])
      await assert.rejects(opened(good.subarray(0, length)), SealBroken, `${length}`);
    await assert.rejects(opened(Buffer.concat([good, Buffer.of(0)])), SealBroken);
    const swapped = Buffer.concat([
      good.subarray(0, segmentBytes),
      good.subarray(2 * segmentBytes),
      good.subarray(segmentBytes, 2 * segmentBytes),
    ]);
    await assert.rejects(opened(swapped), SealBroken);
  });

  it('refuse any flipped bit before they release a byte of its segment', async () => {
    const good = await sealed(noise(first + 20));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: good.length - 1 }), fc.nat({ max: 7 }), async (at, bit) => {
        const bad = Buffer.from(good);
        bad.writeUInt8(bad.readUInt8(at) ^ (1 << bit), at);
        const released: Buffer[] = [];
        await assert.rejects(async () => {
          for await (const piece of openStream(pieces(bad, segmentBytes), sealing)) released.push(piece);
        }, SealBroken);
        assert.ok(Buffer.concat(released).length <= (at < segmentBytes ? 0 : first));
      }),
      { numRuns: 30 },
    );
  });
});

import assert from 'node:assert/strict';

import { ThreadCodec } from '@dstore/application/adapters/threads/thread-codec.js';
import { openStream, sealStream } from '@dstore/application/core/sealed-stream.js';
import { segmentBytes } from '@dstore/application/core/sealing.js';
import { shardDigest } from '@dstore/application/core/shard.js';
import { stripeCapacity } from '@dstore/application/core/stripe-work.js';
import {
  type SealedPart,
  type SealingStripe,
  sealStripes,
} from '@dstore/application/use-cases/seal-stripes.js';

import { sealingOf, twoAndOne } from '../../conformance/codec.js';
import { noise } from '../core/erasure-code.js';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function joined(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

const full = stripeCapacity(0, 2);

describe('sealStripes', () => {
  let codec: ThreadCodec;
  beforeEach(() => {
    codec = new ThreadCodec({ threads: 2, memoryBytes: 24 << 20 });
  });
  afterEach(() => codec.close());
  const stripesOf = (source: AsyncIterable<Uint8Array>, signal?: AbortSignal) =>
    sealStripes(codec, source, sealingOf('stream'), twoAndOne, signal);

  /** What a taker does: waits for a stripe, takes its bytes, gives the seat back. */
  async function taken(part: SealedPart): Promise<{ bytes: Buffer; digests: readonly string[] }> {
    if ('tail' in part) return { bytes: part.tail, digests: [] };
    const { seat, sealed } = part;
    try {
      const { digests } = await sealed;
      const data = [seat.shard(0), seat.shard(1)];
      assert.deepEqual(digests, [...data, seat.shard(2)].map(shardDigest));
      return { bytes: Buffer.concat(data), digests };
    } finally {
      seat.release();
    }
  }

  it('gives the stream that sealStream gives, in order, for sizes around the edges of stripes', async () => {
    for (const size of [0, 1, full - 1, full, full + 1, 3 * full, 4 * full + 12_345]) {
      const plain = noise(size, `stripes/${size}`);
      const parts: Promise<{ bytes: Buffer; digests: readonly string[] }>[] = [];
      const firsts: number[] = [];
      for await (const stripe of stripesOf(inPieces(plain, 70_001))) {
        if ('seat' in stripe) firsts.push(stripe.firstSegment);
        parts.push(taken(stripe));
      }
      const done = await Promise.all(parts);
      const found = Buffer.concat(done.map(({ bytes }) => bytes));
      assert.ok(
        found.equals(await joined(sealStream(inPieces(plain, 4096), sealingOf('stream')))),
        `${size}`,
      );
      assert.ok((await joined(openStream(inPieces(found, segmentBytes), sealingOf('stream')))).equals(plain));
      assert.deepEqual(
        firsts,
        firsts.map((_, at) => 2 * at),
      );
      assert.equal(firsts.length, Math.floor((size + 40) / (full + 40)));
    }
    assert.equal(codec.seatsTaken, 0);
  });

  it('reads no further than there are seats', async () => {
    let read = 0;
    async function* source() {
      for (; read < 100; read += 1) yield noise(full, 'piece');
    }
    const stripes = stripesOf(source());
    const held: SealingStripe[] = [];
    for (let count = 0; count < 4; count += 1) held.push((await stripes.next()).value as SealingStripe);
    const fifth = stripes.next();
    await Promise.all(held.map(({ sealed }) => sealed));
    assert.ok(read <= 5);
    for (const { seat } of held) seat.release();
    await taken((await fifth).value as SealingStripe);
    await stripes.return();
    assert.equal(codec.seatsTaken, 0);
  });

  it('keeps no seat when its taker stops, the source fails or the signal is aborted', async () => {
    for await (const stripe of stripesOf(inPieces(noise(3 * full, 'stop'), 100_000))) {
      await taken(stripe);
      break;
    }
    async function* failing() {
      yield noise(1000, 'failing');
      throw new Error('the line went dead');
    }
    await assert.rejects(joinedStripes(stripesOf(failing())), /went dead/);
    const stop = new AbortController();
    async function* stopping() {
      yield noise(full + 10, 'stopping');
      stop.abort(new Error('no more'));
      yield noise(10, 'stopping');
    }
    await assert.rejects(joinedStripes(stripesOf(stopping(), stop.signal)), /no more/);
    assert.equal(codec.seatsTaken, 0);
  });

  async function joinedStripes(stripes: AsyncIterable<SealedPart>): Promise<void> {
    const parts: Promise<unknown>[] = [];
    try {
      for await (const stripe of stripes) parts.push(taken(stripe));
    } finally {
      await Promise.allSettled(parts);
    }
  }
});

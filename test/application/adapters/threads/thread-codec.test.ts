import assert from 'node:assert/strict';

import { ThreadCodec } from '@dstore/application/adapters/threads/thread-codec.js';
import { encodePlainly } from '@dstore/application/core/plain-erasure.js';
import { shardDigest } from '@dstore/application/core/shard.js';
import type { Seat } from '@dstore/application/ports/codec.js';
import { Fault } from '@dstore/application/ports/fault.js';

import { describeCodec, twoAndOne } from '../../../conformance/codec.js';
import { deadly } from './dying-thread.js';

const sizeBytes = 4096;
// Places are whole pages: five seats of this size fit, a sixth does not.
const memoryBytes = 5 * 65_536;

describeCodec('ThreadCodec', () => new ThreadCodec({ threads: 2, memoryBytes: 64 << 20 }));

describe('ThreadCodec', () => {
  let codec: ThreadCodec;
  const open = (threads: number, script?: URL) => {
    codec = new ThreadCodec({ threads, memoryBytes, ...(script === undefined ? {} : { script }) });
  };
  const seated = async (content: number, signal?: AbortSignal): Promise<Seat> => {
    const seat = await codec.seat(twoAndOne, sizeBytes, signal);
    seat.shard(0).fill(content);
    seat.shard(1).fill(content + 1);
    return seat;
  };
  const digestsOf = (content: number) => {
    const data = [Buffer.alloc(sizeBytes, content), Buffer.alloc(sizeBytes, content + 1)];
    return [...data, ...encodePlainly(data, 1)].map(shardDigest);
  };
  const dying = () => open(1, new URL('./dying-thread.js', import.meta.url));
  const isDeath = (error: unknown) => error instanceof Fault && error.code === 'not-ready' && error.retryable;
  afterEach(() => codec.close());

  it('answers each seat with its own stripe, however many are at work', async () => {
    open(2);
    const contents = [1, 2, 3, 4, 5];
    const seats = await Promise.all(contents.map((content) => seated(content)));
    const answers = await Promise.all(seats.map((seat) => seat.encode()));
    assert.deepEqual(answers, contents.map(digestsOf));
    for (const seat of seats) seat.release();
    assert.equal(codec.seatsTaken, 0);
  });

  it('works in a seat again and again, for stripes of several geometries', async () => {
    open(1);
    for (let content = 1; content < 20; content += 1) {
      const seat = await seated(content);
      assert.deepEqual(await seat.encode(), digestsOf(content));
      seat.release();
      const other = await codec.seat({ dataShards: 1, parityShards: 1 }, sizeBytes);
      other.shard(0).fill(content);
      const digest = shardDigest(Buffer.alloc(sizeBytes, content));
      assert.deepEqual(await other.encode(), [digest, digest]);
      other.release();
    }
  });

  it('F-103 faults the stripe of a thread that died, and only that one', async () => {
    dying();
    const bad = await seated(deadly);
    const [good, next] = [await seated(1), await seated(2)];
    const outcomes = await Promise.allSettled([bad.encode(), good.encode(), next.encode()]);
    assert.ok(outcomes[0].status === 'rejected' && isDeath(outcomes[0].reason));
    assert.deepEqual(
      outcomes.slice(1).map((one) => one.status === 'fulfilled' && one.value),
      [digestsOf(1), digestsOf(2)],
    );
    for (const seat of [bad, good, next]) seat.release();
    assert.equal(codec.seatsTaken, 0);
  });

  it('F-103 works on after a death, also in the seat of the dead stripe', async () => {
    dying();
    for (let round = 0; round < 3; round += 1) {
      const seat = await seated(deadly);
      await assert.rejects(seat.encode(), isDeath);
      seat.shard(0).fill(9);
      seat.shard(1).fill(10);
      assert.deepEqual(await seat.encode(), digestsOf(9));
      seat.release();
    }
    assert.equal(codec.seatsTaken, 0);
  });

  it('faults every stripe when its threads can not even start, and hangs for none', async () => {
    open(2, new URL('./no-such-thread.js', import.meta.url));
    const seats = [await seated(1), await seated(2), await seated(3)];
    const outcomes = await Promise.allSettled(seats.map((seat) => seat.encode()));
    assert.ok(outcomes.every((one) => one.status === 'rejected' && isDeath(one.reason)));
    for (const seat of seats) seat.release();
  });

  it('seats beside those who wait for a seat, on the same threads', async () => {
    open(1);
    const beside = codec.beside(2 * 65_536);
    const seats = await Promise.all([1, 2, 3, 4, 5].map((content) => seated(content)));
    const others = [await beside.seat(twoAndOne, sizeBytes), await beside.seat(twoAndOne, sizeBytes)];
    for (const [at, seat] of [...seats, ...others].entries()) {
      seat.shard(0).fill(at);
      seat.shard(1).fill(at + 1);
    }
    const answers = await Promise.all([...seats, ...others].map((seat) => seat.encode()));
    assert.deepEqual(
      answers,
      answers.map((_, at) => digestsOf(at)),
    );
    const refused = assert.rejects(beside.seat(twoAndOne, sizeBytes), { code: 'not-ready' });
    assert.equal(codec.seatsTaken, 5);
    await codec.close();
    await refused;
    for (const seat of [...seats, ...others]) seat.release();
  });

  it('lets a reader wait for a seat until another gives one back', async () => {
    open(1);
    const seats = await Promise.all([1, 2, 3, 4, 5].map((content) => seated(content)));
    let seatedLate = false;
    const late = codec.seat(twoAndOne, sizeBytes).then((seat) => {
      seatedLate = true;
      return seat;
    });
    await seats[0]?.encode();
    assert.equal(seatedLate, false);
    seats[0]?.release();
    (await late).release();
    for (const seat of seats) seat.release();
    assert.equal(codec.seatsTaken, 0);
  });

  it('frees whoever waits when it is cancelled, for a seat and for a thread', async () => {
    open(1);
    const stop = new AbortController();
    const seats = await Promise.all([1, 2, 3, 4, 5].map((content) => seated(content)));
    const waiting = codec.seat(twoAndOne, sizeBytes, stop.signal);
    const working = seats.map((seat) => seat.encode(stop.signal));
    stop.abort(new Error('the reader is gone'));
    const outcomes = await Promise.allSettled([waiting, ...working]);
    assert.ok(outcomes.every((one) => one.status === 'rejected' && /gone/.test(String(one.reason))));
    for (const seat of seats) seat.release();
    const after = await seated(7);
    assert.deepEqual(await after.encode(), digestsOf(7));
    after.release();
    assert.equal(codec.seatsTaken, 0);
  });

  it('passes memory on only when the work in it has ended', async () => {
    open(1);
    const seat = await seated(1);
    const working = seat.encode();
    seat.release();
    assert.equal(codec.seatsTaken, 1);
    assert.deepEqual(await working, digestsOf(1));
    (await seated(2)).release();
    assert.equal(codec.seatsTaken, 0);
  });

  it('refuses what is at work when it closes', async () => {
    open(1);
    const seats = await Promise.all([1, 2, 3, 4].map((content) => seated(content)));
    const working = Promise.allSettled(seats.map((seat) => seat.encode()));
    await codec.close();
    const outcomes = await working;
    assert.ok(outcomes.some((one) => one.status === 'rejected' && one.reason instanceof Fault));
    await assert.rejects(async () => seats[0]?.encode(), { code: 'not-ready' });
  });
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { ThreadCodec } from '@dstore/application/adapters/threads/thread-codec.js';

import { ConsortiumOfTests, type OwnerOfTests } from '../application/consortium-of-tests.js';
import { HastyDoors } from './hasty-doors.js';

const memoryBytes = 32 << 20;

describe('nothing leaks', () => {
  let consortium: ConsortiumOfTests;
  let doors: HastyDoors;
  let codec: ThreadCodec;
  let owner: OwnerOfTests;
  /** Three stripes of (2, 2) and a tail. */
  const object = randomBytes(7_000_000);

  before(async () => {
    consortium = await ConsortiumOfTests.open();
    doors = new HastyDoors(consortium);
    codec = new ThreadCodec({ threads: 2, memoryBytes });
    owner = await consortium.openOwner({ codec });
    await owner.makeBucket();
    await owner.put('object', object);
  });
  after(async () => {
    await consortium?.close();
    await codec?.close();
  });
  afterEach(async () => {
    doors.step = () => undefined;
    doors.stalling.clear();
    await consortium.clock.advance(60_000);
  });

  const room = () => new Map(owner.open.vault.candidates().map((disk) => [disk.diskId, disk.freeBytes]));
  const isQuiet = () => codec.seatsTaken === 0 && doors.underWay === 0;
  /** Seats come back when the work in them has ended; disks are told a moment later what they need not keep. */
  const quiet = async () => {
    for (let turn = 0; turn < 500 && !isQuiet(); turn += 1) await setTimeout(2);
    assert.equal(codec.seatsTaken, 0, 'seats');
    assert.equal(doors.underWay, 0, 'requests');
    await consortium.clock.advance(1_000);
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  };
  /** Aborts at the step of that number. */
  const abortsAt = (number: number) => {
    const stop = new AbortController();
    let steps = 0;
    const step = () => {
      if ((steps += 1) === number) stop.abort(new Error('the caller is gone'));
    };
    doors.step = step;
    return { signal: stop.signal, step };
  };

  it('I7 of a put that is cancelled at any step: no seat, no request, no room, no shard, no credit', async () => {
    const before = { room: room(), credits: await owner.credits() };
    let cancelled = 0;
    for (let number = 1; ; number += 1) {
      const { signal, step } = abortsAt(number);
      const body = async function* () {
        for (let at = 0; at < object.length; at += 1 << 20) {
          step();
          yield object.subarray(at, at + (1 << 20));
        }
      };
      const put = owner.open.useCases.putObject.run({ bucket: 'bucket', key: 'cut', body: body(), signal });
      const outcome = await put.catch((error: unknown) => error as Error);
      await quiet();
      if (!(outcome instanceof Error)) break;
      cancelled += 1;
      assert.match(outcome.message, /the caller is gone/, `step ${number}`);
      assert.deepEqual(room(), before.room, `step ${number}`);
      await consortium.assertNoResidue();
    }
    assert.ok(cancelled > 20, `${cancelled} puts were cancelled`);
    assert.equal(await owner.credits(), before.credits);
    assert.deepEqual(await owner.get('cut'), object, 'what was too late to be cancelled is there');
    await consortium.assertMirrors(owner);
    await consortium.assertSupply();
  });

  it('of a get that is cancelled at any step: no seat, no request', async () => {
    for (let number = 1; ; number += 1) {
      const { signal } = abortsAt(number);
      const outcome = await readOut(signal).catch((error: unknown) => error as Error);
      await quiet();
      if (!(outcome instanceof Error)) return assert.ok(number > 6, `${number - 1} gets were cancelled`);
      assert.match(outcome.message, /the caller is gone/, `step ${number}`);
    }
  });

  const readOut = async (signal?: AbortSignal) => {
    const request = { bucket: 'bucket', key: 'object', ...(signal === undefined ? {} : { signal }) };
    const pieces: Buffer[] = [];
    for await (const piece of owner.open.useCases.getObject.run(request).body) pieces.push(piece);
    assert.ok(Buffer.concat(pieces).equals(object));
  };

  it('of a get whose reader leaves after any piece: no seat, no request', async () => {
    for (let left = 0; left < 8; left += 1) {
      const { body } = owner.open.useCases.getObject.run({ bucket: 'bucket', key: 'object' });
      for (let taken = 0; taken < left; taken += 1) assert.equal((await body.next()).done, taken >= 7);
      await body.return();
      await quiet();
    }
  });

  it('of a repair that is stopped at any step: no seat, no request', async () => {
    const { disk, scrubDisk, diskId } = consortium.provider('d2');
    const { locateShards, readHealth } = owner.open.useCases;
    const stripes = locateShards.run({ bucket: 'bucket', key: 'object' });
    const lost = stripes.flatMap(({ shards }) => shards).filter((shard) => shard.diskId === diskId);
    for (let number = 1, isWhole = false; !isWhole; number += 1) {
      for (const { digest } of lost) await disk.remove(digest);
      await scrubDisk.run();
      const { signal } = abortsAt(number);
      const outcome = await owner.open.repairStripes.run(signal).catch((error: unknown) => error as Error);
      await quiet();
      isWhole = !(outcome instanceof Error);
      if (outcome instanceof Error) assert.match(outcome.message, /the caller is gone/, `step ${number}`);
      else assert.ok(number > 6, `${number - 1} repairs were stopped`);
    }
    for (const { digest } of lost) assert.ok(await disk.sizeOf(digest));
    await consortium.nextEpoch();
    const health = (await readHealth.run()).stripes;
    assert.equal(health.complete, health.stripes);
  });

  it('A-18 of a disk that stalls while it is read, once others have answered for it', async () => {
    const [first] = owner.open.useCases.locateShards.run({ bucket: 'bucket', key: 'object' });
    const stalled = first?.shards[0]?.diskId ?? '';
    doors.stalling.add(stalled);
    await moving(readOut());
    await quiet();
  });

  it('A-18 of disks that stall while they are read and written, once the caller is gone', async () => {
    const before = room();
    for (const { diskId } of consortium.providers) doors.stalling.add(diskId);
    const stop = new AbortController();
    const { getObject, putObject } = owner.open.useCases;
    const reading = getObject.run({ bucket: 'bucket', key: 'object', signal: stop.signal }).body.next();
    const body = (async function* () {
      yield object;
    })();
    const writing = putObject.run({ bucket: 'bucket', key: 'stalled', body, signal: stop.signal });
    const both = Promise.allSettled([reading, writing]);
    while (doors.underWay < 8) await setTimeout(2);
    stop.abort(new Error('the caller is gone'));
    assert.ok((await both).every(({ status }) => status === 'rejected'));
    await quiet();
    assert.deepEqual(room(), before);
    await consortium.assertNoResidue();
  });

  it('A-18 of a disk that stalls while it is written, which goes on without it', async () => {
    doors.stalling.add('d1');
    const before = room();
    const { degraded } = await moving(owner.put('without', object));
    assert.equal(degraded, true);
    await quiet();
    assert.equal(room().get('d1'), 0, 'it gets nothing for a while');
    await consortium.clock.advance(60_000);
    assert.equal(room().get('d1'), before.get('d1'), 'and has nothing of the object');
    await consortium.assertNoResidue();
    assert.deepEqual(await owner.get('without'), object);
  });

  /** Moves the clock while somebody waits for it. */
  const moving = async <T>(work: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = work.finally(() => (isOver = true));
    over.catch(() => undefined);
    while (!isOver) {
      await setTimeout(5);
      if (consortium.clock.sleepers > 0) await consortium.clock.advance(250);
    }
    return over;
  };
});

describe('nothing leaks of a codec thread that dies', () => {
  let consortium: ConsortiumOfTests;
  let codec: ThreadCodec;
  const object = randomBytes(7_000_000);

  before(async () => {
    consortium = await ConsortiumOfTests.open();
    const script = new URL('./mortal-thread.js', import.meta.url);
    codec = new ThreadCodec({ threads: 1, memoryBytes, script });
  });
  after(async () => {
    await consortium?.close();
    await codec?.close();
  });

  it('F-103 in the middle of a put, which fails; the next one works', async () => {
    const owner = await consortium.openOwner({ codec, vaultId: 'put' });
    await owner.makeBucket();
    const before = owner.open.vault.candidates();
    await assert.rejects(owner.put('object', object), { code: 'not-ready', retryable: true });
    assert.equal(codec.seatsTaken, 0);
    assert.deepEqual(owner.open.vault.candidates(), before);
    await consortium.assertNoResidue();
    await assert.rejects(owner.get('object'), { code: 'object-unknown' });
    const small = object.subarray(0, 3_000_000);
    await owner.put('object', small);
    assert.deepEqual(await owner.get('object'), small);
    assert.equal(codec.seatsTaken, 0);
  });

  it('F-103 in the middle of a get, which goes on without it', async () => {
    const whole = await consortium.openOwner({ vaultId: 'get' });
    await whole.makeBucket();
    await whole.put('object', object);
    const owner = await consortium.openOwner({ codec, vaultId: 'get' });
    assert.deepEqual(await owner.get('object'), object);
    assert.equal(codec.seatsTaken, 0);
  });
});

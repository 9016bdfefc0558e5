import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { MemoryDisk } from '@dstore/application/adapters/memory/memory-disk.js';
import { shardDigest } from '@dstore/application/core/shard.js';

import { ConsortiumOfTests, type OwnerOfTests } from '../application/consortium-of-tests.js';
import { FragileDisk } from '../application/provider-of-tests.js';

const never = new Promise<never>(() => undefined);
const honestly = <T>(honest: T): T => honest;

describe('a put', () => {
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;
  const objects = new Map<string, Buffer>();

  before(async () => {
    consortium = await ConsortiumOfTests.open();
    owner = await consortium.openOwner();
    await owner.makeBucket();
    await put('first', 2_200_000);
  });
  after(() => consortium?.close());
  afterEach(async () => {
    for (const provider of consortium.providers) {
      provider.mood = 'well';
      provider.behaves = honestly;
    }
    await consortium.clock.advance(60_000);
    for (const [key, object] of objects) assert.deepEqual(await owner.get(key), object, key);
    await consortium.assertMirrors(owner);
    await consortium.assertSupply();
  });

  const put = async (key: string, bytes: number) => {
    const object = randomBytes(bytes);
    const result = await owner.put(key, object);
    objects.set(key, object);
    return result;
  };
  const room = () => new Map(owner.open.vault.candidates().map((disk) => [disk.diskId, disk.freeBytes]));
  /** The gateway dies where it stands, and another process opens the vault. */
  const kill = async () => {
    consortium.forget(owner);
    owner = await consortium.openOwner({ folder: owner.folder });
    await assert.rejects(owner.get('killed'), { code: 'object-unknown' });
  };
  const margins = (key: string) =>
    owner.open.useCases.locateShards.run({ bucket: 'bucket', key }).map(({ margin }) => margin);

  it('F-01 leaves nothing when its gateway is killed after the shards were stored', async () => {
    const asked = Promise.withResolvers<void>();
    for (const provider of consortium.providers)
      provider.behaves = (honest) => ({ ...honest, signReceipt: () => (asked.resolve(), never) });
    void owner.put('killed', randomBytes(5_000_000));
    await asked.promise;
    for (const provider of consortium.providers) provider.behaves = honestly;
    assert.ok(consortium.providers.some(({ uncommittedBytes }) => uncommittedBytes > 0n));
    await kill();
    await consortium.assertNoResidue();
    await put('after shards', 2_500_000);
  });

  it('F-01 leaves nothing when its gateway is killed after the receipts, once they have lapsed', async () => {
    const signed = Promise.withResolvers<void>();
    owner.ledger.tap = () => (signed.resolve(), never);
    void owner.put('killed', randomBytes(5_000_000));
    await signed.promise;
    await kill();
    await put('after receipts', 2_500_000);
    await consortium.lapse();
    await consortium.assertNoResidue();
    for (const { book, diskId } of consortium.providers)
      for (const leaseId of book.leaseIds()) assert.deepEqual(book.pending(leaseId), [], diskId);
  });

  it('is degraded when a disk is down, and full once it was repaired', async () => {
    const [down] = consortium.providers;
    assert.ok(down);
    down.mood = 'silent';
    assert.equal((await put('degraded', 4_500_000)).degraded, true);
    assert.ok(margins('degraded').every((margin) => margin === 1));
    down.mood = 'well';
    await consortium.clock.advance(60_000);
    const report = await owner.open.repairStripes.run();
    assert.deepEqual([report.lost, report.unplaced], [[], []]);
    assert.ok(margins('degraded').every((margin) => margin === 2));
    assert.equal((await owner.open.repairStripes.run()).repairedStripes, 0);
  });

  it('I7 leaves nothing, neither bytes nor promised room, when too many disks are down', async () => {
    const before = room();
    for (const provider of consortium.providers.slice(0, 2)) provider.mood = 'silent';
    await assert.rejects(owner.put('refused', randomBytes(4_500_000)), { code: 'too-few-disks' });
    await assert.rejects(owner.put('refused', randomBytes(10)), { code: 'too-few-disks' });
    for (const provider of consortium.providers) provider.mood = 'well';
    await consortium.clock.advance(60_000);
    assert.deepEqual(room(), before);
    await consortium.assertNoResidue();
    await assert.rejects(owner.get('refused'), { code: 'object-unknown' });
  });

  it('A-30 places elsewhere what a disk takes and does not sign for', async () => {
    const [stubborn] = consortium.providers;
    assert.ok(stubborn);
    stubborn.behaves = (honest) => ({ ...honest, signReceipt: async () => Promise.reject(new Error('no')) });
    const { diskIds, degraded } = await put('unsigned', 4_500_000);
    assert.equal(degraded, true);
    assert.ok(!diskIds.includes(stubborn.diskId));
    stubborn.behaves = honestly;
    await consortium.clock.advance(3_700_000);
    await stubborn.sweepDisk.run();
    await consortium.assertNoResidue();
    await owner.open.repairStripes.run();
    assert.ok(margins('unsigned').every((margin) => margin === 2));
  });

  it('S-13 leaves nothing when its body ends too early or has another digest', async () => {
    const before = room();
    const { putObject } = owner.open.useCases;
    const body = async function* () {
      yield randomBytes(4_500_000);
    };
    const request = { bucket: 'bucket', key: 'cut' };
    await assert.rejects(putObject.run({ ...request, body: body(), contentLength: 4_500_001 }), {
      code: 'body-incomplete',
    });
    await assert.rejects(putObject.run({ ...request, body: body(), digests: { sha256: 'AAAA' } }), {
      code: 'digest-mismatch',
    });
    assert.deepEqual(room(), before);
    await consortium.assertNoResidue();
  });

  it('I7 leaves nothing when its caller goes away in the middle', async () => {
    const before = room();
    const stop = new AbortController();
    const body = async function* () {
      yield randomBytes(6_500_000);
      stop.abort(new Error('gone'));
      yield randomBytes(6_500_000);
    };
    const request = { bucket: 'bucket', key: 'gone', body: body(), signal: stop.signal };
    await assert.rejects(owner.open.useCases.putObject.run(request), /gone/);
    assert.deepEqual(room(), before);
    await consortium.assertNoResidue();
  });
});

describe('a put that finds no room', () => {
  let consortium: ConsortiumOfTests;
  after(() => consortium?.close());

  it('F-04 goes on without a disk that is full, and refuses more than all leases hold', async () => {
    consortium = await ConsortiumOfTests.open({
      diskOf: (diskId) => new FragileDisk(new MemoryDisk(diskId === 'd2' ? { capacityBytes: 200_000 } : {})),
    });
    const owner = await consortium.openOwner({ policy: { capacityBytes: 2n << 20n } });
    await owner.makeBucket();
    const object = randomBytes(1_000_000);
    assert.equal((await owner.put('object', object)).degraded, true);
    assert.deepEqual(await owner.get('object'), object);
    await consortium.assertNoResidue();

    await consortium.clock.advance(60_000);
    await assert.rejects(owner.put('large', randomBytes(9_000_000)), { code: 'too-few-disks' });
    await consortium.assertNoResidue();
    await consortium.clock.advance(60_000);

    const { leaseId } = await owner.lease('d1');
    const door = consortium.doorsFor(owner.ledger.caller).at(consortium.provider('d1').url);
    const shards = [1, 2].map(() => randomBytes(1 << 20)) as [Buffer, Buffer];
    await door.putShard(leaseId, shardDigest(shards[0]), shards[0]);
    await assert.rejects(door.putShard(leaseId, shardDigest(shards[1]), shards[1]), { code: 'lease-full' });
    await door.discard(leaseId);
    await consortium.assertNoResidue();
    assert.deepEqual(await owner.get('object'), object);
    assert.equal((await owner.put('small', object.subarray(0, 1000))).degraded, false);
  });
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Door } from '@dstore/application/ports/door.js';
import { Denial, Fault } from '@dstore/application/ports/fault.js';

import { ConsortiumOfTests, type OwnerOfTests } from '../application/consortium-of-tests.js';
import type { ProviderOfTests } from '../application/provider-of-tests.js';

let stalls = 0;
const stall = () => {
  stalls += 1;
  return new Promise<never>(() => undefined);
};

/** What a door does wrong, by a name that continues "a disk that". */
const faults: Record<string, (honest: Door) => Partial<Door>> = {
  'stalls while it takes a shard': () => ({ putShard: stall }),
  'answers 500': () => ({
    putShard: async () => Promise.reject(new Fault('disk-failed', 'a door failed', { retryable: true })),
  }),
  'answers 507': () => ({ putShard: async () => Promise.reject(new Denial('disk-full', 'no room')) }),
  'closes the socket': () => ({
    putShard: async () => Promise.reject(new Fault('door-unreachable', 'closed', { retryable: true })),
  }),
  'takes a shard and closes the socket before it answers': (honest) => ({
    putShard: async (...request) => {
      await honest.putShard(...request);
      throw new Fault('door-unreachable', 'closed', { retryable: true });
    },
  }),
  'takes shards and stalls when it should sign': () => ({ signReceipt: stall }),
  'takes shards and will not sign': () => ({
    signReceipt: async () => Promise.reject(new Fault('disk-failed', 'not now', { retryable: true })),
  }),
};

describe('a put of (4, 2) on seven disks', () => {
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;
  const objects = new Map<string, Buffer>();

  before(async () => {
    consortium = await ConsortiumOfTests.open({ organizations: 7 });
    owner = await consortium.openOwner();
    await owner.makeBucket();
  });
  after(() => consortium?.close());

  const shardsOf = (key: string) =>
    owner.open.useCases.locateShards.run({ bucket: 'bucket', key }).map(({ shards }) => shards);
  const room = () => new Map(owner.open.vault.candidates().map((disk) => [disk.diskId, disk.freeBytes]));
  /** Moves the clock as long as the put waits for it. */
  const put = async (key: string, bytes: number, clockIsAwaited: () => boolean) => {
    const object = randomBytes(bytes);
    let isOver = false;
    const putting = owner.put(key, object).finally(() => (isOver = true));
    putting.catch(() => undefined);
    while (!isOver) {
      await setTimeout(20);
      if (clockIsAwaited() && consortium.clock.sleepers > 0) await consortium.clock.advance(250);
    }
    objects.set(key, object);
    return putting;
  };
  const behave = (provider: ProviderOfTests, fault: (honest: Door) => Partial<Door> = () => ({})) => {
    provider.behaves = (honest) => ({ ...honest, ...fault(honest) });
  };
  const settle = async () => {
    for (const provider of consortium.providers) behave(provider);
    await consortium.clock.advance(60_000);
  };

  for (const [name, fault] of Object.entries(faults))
    it(`A-18 A-30 is whole on another disk when one ${name}`, async () => {
      await settle();
      stalls = 0;
      const [failing] = consortium.providers;
      assert.ok(failing);
      behave(failing, fault);
      for (const [size, bytes] of Object.entries({ small: 10_000, large: 9_000_000 })) {
        const key = `${name}/${size}`;
        const { degraded, diskIds } = await put(key, bytes, () => stalls > 0);
        assert.equal(degraded, false);
        assert.ok(!diskIds.includes(failing.diskId));
        for (const shards of shardsOf(key)) {
          assert.equal(new Set(shards.map(({ diskId }) => diskId)).size, 6);
          assert.ok(shards.every(({ diskId }) => diskId !== failing.diskId));
        }
        await consortium.clock.advance(31_000);
      }
      await settle();
      for (const [key, object] of objects) assert.deepEqual(await owner.get(key), object, key);
      for (const { diskId, vector } of owner.open.vault.layouts.values())
        assert.equal(room().get(diskId), (1 << 30) - Number(vector.bytes), diskId);
      await consortium.assertMirrors(owner);
    });

  it('waits for a slow disk, and is whole with it, when there is no other', async () => {
    await settle();
    const [slow, down] = consortium.providers;
    assert.ok(slow && down);
    down.mood = 'silent';
    // A put of six shards may pass by one of seven disks.
    for (let tries = 0; !owner.open.vault.isFailing(down.diskId); tries += 1) {
      assert.ok(tries < 100);
      await put('learns who is down', 100, () => false);
    }
    let asleep = 0;
    behave(slow, (honest) => ({
      putShard: async (...request) => {
        asleep += 1;
        await consortium.clock.sleep(3_000);
        asleep -= 1;
        await honest.putShard(...request);
      },
    }));
    const { degraded, diskIds } = await put('slow', 5_000_000, () => asleep > 0);
    down.mood = 'well';
    assert.equal(degraded, false);
    assert.ok(diskIds.includes(slow.diskId) && !diskIds.includes(down.diskId));
  });

  it('I7 leaves nothing on disks that failed once they have swept', async () => {
    await settle();
    await consortium.clock.advance(3_700_000);
    await consortium.lapse();
    await consortium.assertNoResidue();
    await consortium.assertSupply();
    for (const [key, object] of objects) assert.deepEqual(await owner.get(key), object, key);
  });
});

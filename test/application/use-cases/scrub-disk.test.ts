import assert from 'node:assert/strict';
import { ScrubDisk } from '@dstore/application/use-cases/scrub-disk.js';
import type { MissingShard } from '@dstore/application/use-cases/report-losses.js';

import { leaseId, ProviderOnRows, shardOf } from './provider-on-rows.js';

describe('ScrubDisk', () => {
  let world: ProviderOnRows;
  const reported: MissingShard[] = [];
  const losses = {
    run: async (missing: readonly MissingShard[]) => {
      reported.push(...missing);
      return missing.length;
    },
  };
  const shards = Array.from({ length: 10 }, () => shardOf(1000));
  const scrub = (bytesPerRun: number) => new ScrubDisk(world.provider.leased, losses, bytesPerRun);

  beforeEach(async () => {
    reported.length = 0;
    world = await ProviderOnRows.open();
    await world.hold(...shards);
  });
  afterEach(() => world.close());

  it('F-12 finds a missing shard and one with a wrong bit, and none that is whole', async () => {
    const { disk } = world.provider;
    assert.equal(await scrub(1 << 20).run(), 0);
    await disk.remove(shards[3]?.digest as string);
    disk.rot(shards[7]?.digest as string);
    assert.equal(await scrub(1 << 20).run(), 2);
    assert.deepEqual(
      reported.map((shard) => [shard.leaseId, shard.index]),
      [
        [leaseId, 3],
        [leaseId, 7],
      ],
    );
  });

  it('reads so many bytes a run, goes on where it stopped, and begins anew at the end', async () => {
    const part = scrub(4000);
    const { disk } = world.provider;
    const reads: number[] = [];
    for (let run = 0; run < 4; run += 1) {
      const before = disk.reads;
      await part.run();
      reads.push(disk.reads - before);
    }
    assert.deepEqual(reads, [4, 4, 2, 4]);
  });

  it('stops when it is told to', async () => {
    await assert.rejects(scrub(1 << 20).run(AbortSignal.abort(new Error('ending'))), /ending/);
  });
});

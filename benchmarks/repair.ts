/*
 * Claim: repair of one lost disk is at least 0.7 times as fast as a get, and moves at most k + 1 bytes for a byte that
 * was lost. In one process, without a limit of its rate; the bytes moved are what repair counts, those lost what disks took for them.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { demoParams, type RunningDemo } from '@dstore/application/compose.js';
import type { RepairState } from '@dstore/application/ports/repair-board.js';

import { DiskCounter } from './counting-disk.js';
import { demoIn, getFrom, putInto } from './demo.js';
import { median } from './median.js';
import { options } from './options.js';
import { report, times, verdict, withUnit } from './report.js';
import { progress, Scratch } from './scratch.js';
import { rateOf } from './transfer.js';

const bytes = Math.min(options.bytes, 512 << 20);
const lostDisk = 'org2-d1';
const dataShards = 4;
/** Silence is noticed at an epoch's turn: short ones, so that waiting takes less than a minute. */
const params = {
  ...demoParams,
  epochLengthSeconds: 12n,
  revealLengthSeconds: 3n,
  revealGraceSeconds: 2n,
  timeWindowSeconds: 1n,
};

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

async function boardOf({ owner }: RunningDemo): Promise<RepairState | undefined> {
  return (await owner.useCases.readHealth.run()).repair;
}

/** Milliseconds from the moment that repair begins until every stripe is complete again. */
async function repaired(demo: RunningDemo, counter: DiskCounter): Promise<number> {
  let began: number | undefined;
  for (;;) {
    const board = await boardOf(demo);
    if (began === undefined && board?.running === true && board.queued > 0) {
      began = performance.now();
      counter.take();
      progress(`repair has begun: ${board.queued} stripes`);
    }
    if (began !== undefined && board?.running === false && board.queued === 0)
      return performance.now() - began;
    await sleep(20);
  }
}

await Scratch.use(async (scratch) => {
  const counter = new DiskCounter();
  const repairBytesPerSecond = Number.MAX_SAFE_INTEGER;
  const demo = await demoIn(scratch, { params, openStore: counter.open, repairBytesPerSecond });
  const putMs = await timed(() => putInto(demo, 'large', bytes));
  const gets: number[] = [];
  for (let read = 0; read < 3; read += 1) gets.push(rateOf(bytes, await timed(() => getFrom(demo, 'large'))));
  const { stripes } = (await demo.owner.useCases.readHealth.run()).stripes;
  progress(`${lostDisk} is lost and another one joins; waiting for the epochs that show it`);
  await demo.consortium.lose(lostDisk);
  await demo.consortium.add();
  const took = await repaired(demo, counter);
  const traffic = counter.take();
  const board = await boardOf(demo);
  const moved = board?.movedShards ?? 0;
  const lost = traffic.putBytes;
  const network = board?.bytes ?? 0;
  const rate = rateOf(bytes, took);
  const get = median(gets);
  report({
    title: 'repair of one lost disk of six',
    setting: `${bytes >> 20} MiB of object in ${stripes} stripes of RS(4,2), gateway, doors with mutual TLS and ledger in one process, no limit of the rate, epochs of 12 s. The get is the use case of the same process, three times before.`,
    lines: [
      { name: 'put', figure: withUnit(rateOf(bytes, putMs), 'MB/s') },
      { name: 'get', figure: withUnit(get, 'MB/s') },
      { name: 'repair', figure: withUnit(rate, 'MB/s'), compared: times(rate, get, 'get') },
      { name: 'shards rebuilt elsewhere', figure: String(moved) },
      { name: 'bytes over the network', figure: withUnit(network / 1e6, 'MB') },
    ],
    verdicts: [
      verdict('repair, MB of object made whole a second', { least: 0.7 }, rate / get, {
        unit: 'x get',
        measured: withUnit(rate, 'MB/s'),
        ratio: times(rate, get, 'get'),
      }),
      verdict('network bytes for a lost byte', { most: dataShards + 1 }, network / lost, {
        unit: 'x',
        ratio: `of ${withUnit(lost / 1e6, 'MB')} lost`,
      }),
    ],
  });
});

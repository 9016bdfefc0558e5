/*
 * Claim: repair of one lost disk is at least 0.7 times as fast as a get, and moves at most k + 1 bytes for a byte that
 * was lost. In one process, without a limit of its rate; the bytes moved are what repair counts, those lost what disks took for them.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { demoParams, type RunningDemo } from '@dstore/application/compose.js';
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

/** Milliseconds by the clock, and of processor time of this process: on a busy machine the latter tells more. */
interface Times {
  readonly clock: number;
  readonly processor: number;
}

/** Begins to count; what it returns tells what has passed. */
function stopwatch(): () => Times {
  const began = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { clock: performance.now() - began, processor: (user + system) / 1000 };
  };
}

async function timed(act: () => Promise<unknown>): Promise<Times> {
  const passed = stopwatch();
  await act();
  return passed();
}

/** What passes from the moment that repair begins until every stripe is complete again. */
async function repaired({ owner }: RunningDemo, counter: DiskCounter): Promise<Times> {
  let passed: (() => Times) | undefined;
  for (;;) {
    const board = owner.repairBoard.read();
    if (passed === undefined && board?.running === true && board.queued > 0) {
      passed = stopwatch();
      counter.take();
      progress(`repair has begun: ${board.queued} stripes`);
    }
    if (passed !== undefined && board?.running === false && board.queued === 0) return passed();
    await sleep(20);
  }
}

await Scratch.use(async (scratch) => {
  const counter = new DiskCounter();
  const repairBytesPerSecond = Number.MAX_SAFE_INTEGER;
  const demo = await demoIn(scratch, { params, openStore: counter.open, repairBytesPerSecond });
  const put = await timed(() => putInto(demo, 'large', bytes));
  const gets: Times[] = [];
  for (let read = 0; read < 3; read += 1) gets.push(await timed(() => getFrom(demo, 'large')));
  const { stripes } = (await demo.owner.useCases.readHealth.run()).stripes;
  progress(`${lostDisk} is lost and another one joins; waiting for the epochs that show it`);
  await demo.consortium.lose(lostDisk);
  await demo.consortium.add();
  const took = await repaired(demo, counter);
  const traffic = counter.take();
  const board = demo.owner.repairBoard.read();
  const moved = board?.movedShards ?? 0;
  const lost = traffic.putBytes;
  const network = board?.bytes ?? 0;
  const rate = rateOf(bytes, took.clock);
  const get = median(gets.map(({ clock }) => rateOf(bytes, clock)));
  const processorOfGet = median(gets.map(({ processor }) => processor));
  report({
    title: 'repair of one lost disk of six',
    setting: `${bytes >> 20} MiB of object in ${stripes} stripes of RS(4,2), gateway, doors with mutual TLS and ledger in one process, no limit of the rate, epochs of 12 s. The get is the use case of the same process, three times before.`,
    lines: [
      { name: 'put', figure: withUnit(rateOf(bytes, put.clock), 'MB/s') },
      { name: 'get', figure: withUnit(get, 'MB/s') },
      { name: 'repair', figure: withUnit(rate, 'MB/s'), compared: times(rate, get, 'get') },
      { name: 'get, processor time', figure: withUnit(processorOfGet / 1000, 's') },
      {
        name: 'repair, processor time',
        figure: withUnit(took.processor / 1000, 's'),
        compared: times(took.processor, processorOfGet, 'get'),
      },
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

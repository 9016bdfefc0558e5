/*
 * Claim: what a put costs stays flat from 10^3 to 10^6 objects. Processor time of the whole demo in this process, client
 * and clock left out, in windows of puts at every power of ten; `--objects=1000000` goes up to there.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { RunningDemo } from '@dstore/application/compose.js';

import { demoIn, longEpochs, putInto } from './demo.js';
import { options } from './options.js';
import { report, times, verdict, withUnit } from './report.js';
import { progress, Scratch } from './scratch.js';
import { inFlight, smallBytes } from './small-load.js';

interface Window {
  readonly objects: number;
  /** Milliseconds of processor time, and by the clock, of one put. */
  readonly processorMs: number;
  readonly clockMs: number;
  readonly ledgerBytes: number;
}

const least = options.smoke ? 100 : 1000;
/** Puts of a window: enough that one garbage collection does not make the figure. */
const windowPuts = options.smoke ? 50 : 1000;

async function putMany(demo: RunningDemo, from: number, count: number): Promise<void> {
  let next = from;
  const lane = async () => {
    while (next < from + count) await putInto(demo, `small/${(next += 1)}`, smallBytes);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

async function sizeOf(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('blocks-'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The puts just below a number of objects. */
async function windowAt(demo: RunningDemo, blocks: string, objects: number): Promise<Window> {
  const ledger = await sizeOf(blocks);
  const began = performance.now();
  const usage = process.cpuUsage();
  await putMany(demo, objects - windowPuts, windowPuts);
  const { user, system } = process.cpuUsage(usage);
  return {
    objects,
    processorMs: (user + system) / 1000 / windowPuts,
    clockMs: (performance.now() - began) / windowPuts,
    ledgerBytes: ((await sizeOf(blocks)) - ledger) / windowPuts,
  };
}

await Scratch.use(async (scratch) => {
  const demo = await demoIn(scratch, { params: longEpochs });
  const blocks = join(scratch.folder, 'demo', 'network', 'blocks');
  const windows: Window[] = [];
  let there = 0;
  // The first puts pay for what is compiled and cached only once.
  for (
    let objects = 2 * least;
    objects <= options.objects;
    objects = windows.length === 1 ? 10 * least : 10 * objects
  ) {
    await putMany(demo, there, objects - windowPuts - there);
    windows.push(await windowAt(demo, blocks, objects));
    there = objects;
    progress(`${objects} objects: ${windows.at(-1)?.processorMs.toFixed(2)} ms of processor a put`);
  }
  const [first, last] = [windows[0], windows.at(-1)] as [Window, Window];
  report({
    title: 'cost of a put as a vault grows',
    setting: `objects of ${smallBytes >> 10} KiB, ${inFlight} in flight into the use case that REST calls, windows of ${windowPuts} puts; six disks, doors and ledger in the same process, epochs of an hour`,
    lines: windows.flatMap(({ objects, processorMs, clockMs, ledgerBytes }) => [
      {
        name: `at ${objects}`,
        figure: withUnit(processorMs, 'CPU-ms a put'),
        compared: `${withUnit(clockMs, 'ms by the clock')}, ${withUnit(ledgerBytes, 'bytes of ledger')}; ${times(processorMs, first.processorMs, `at ${first.objects}`)}`,
      },
    ]),
    verdicts: [
      verdict(
        `processor time of a put, ${last.objects} objects against ${first.objects}`,
        { most: 1.2 },
        last.processorMs / first.processorMs,
        { unit: 'x', ratio: `${withUnit(last.processorMs, 'ms')} : ${withUnit(first.processorMs, 'ms')}` },
      ),
    ],
  });
});

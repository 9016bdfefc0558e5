/*
 * Claim: the gateway needs less than 256 MiB above idle for eight streams, whatever the size of the objects. Measured is
 * the whole process of the demo, six doors and the ledger with it, so the gateway alone needs less.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { Dstore } from './dstore.js';
import { options } from './options.js';
import { report, verdict, withUnit } from './report.js';
import { highest } from './resident.js';
import { progress, Scratch } from './scratch.js';

const streams = 8;
const sizes = options.smoke ? [1 << 20, 4 << 20] : [options.bytes >> 4, options.bytes >> 2];
const mebibytes = (bytes: number) => withUnit(bytes / 2 ** 20, 'MiB');

const eight = (act: (key: string) => Promise<unknown>) =>
  Promise.all(Array.from({ length: streams }, (_, at) => act(`stream-${at}`)));

await Scratch.use(async (scratch) => {
  const dstore = await Dstore.start(scratch);
  await dstore.put('warm', 16 << 20);
  await dstore.get('warm');
  await sleep(options.smoke ? 500 : 10_000);
  const idle = dstore.residentBytes;
  const found: { size: number; put: number; get: number }[] = [];
  for (const size of sizes) {
    progress(`${streams} streams of ${size >> 20} MiB`);
    const put = await highest(dstore, () => eight((key) => dstore.put(key, size)));
    const get = await highest(dstore, () => eight((key) => dstore.get(key)));
    await eight((key) => dstore.remove(key));
    found.push({ size, put: put - idle, get: get - idle });
  }
  const most = Math.max(...found.flatMap(({ put, get }) => [put, get]));
  const [small, large] = found.map(({ put, get }) => Math.max(put, get));
  const growth = (large ?? 0) / (small ?? 1);
  report({
    title: 'memory with eight streams',
    setting: `resident bytes of one process as npm start runs it (gateway, six doors, ledger), looked at every 50 ms, above ${mebibytes(idle)} at rest after a first put and get`,
    lines: found.flatMap(({ size, put, get }) => [
      { name: `put, ${streams} x ${size >> 20} MiB`, figure: mebibytes(put) },
      { name: `get, ${streams} x ${size >> 20} MiB`, figure: mebibytes(get) },
    ]),
    verdicts: [
      verdict('eight streams above idle, the whole demo', { most: 256 }, most / 2 ** 20, { unit: 'MiB' }),
      verdict('the same with objects four times as large', { most: 1.25 }, growth, {
        unit: 'x',
        ratio: 'of the smaller ones',
      }),
    ],
  });
});

/*
 * Claim: an object of 5 GiB passes through the whole process that npm start runs, both ways, while that stays below
 * 512 MiB. `--smoke` sends 64 MiB.
 */
import { Dstore } from './dstore.js';
import { options } from './options.js';
import { report, verdict, withUnit } from './report.js';
import { highest } from './resident.js';
import { progress, Scratch } from './scratch.js';
import { type Answer, rateOf } from './transfer.js';

const mebibyte = 2 ** 20;
const bytes = (options.smoke ? 64 : 5 * 1024) * mebibyte;

await Scratch.use(async (scratch) => {
  const dstore = await Dstore.start(scratch);
  const watched = async (name: string, act: () => Promise<Answer>) => {
    progress(`${name} of ${bytes / mebibyte} MiB`);
    let ms = 0;
    const most = await highest(dstore, async () => ({ ms } = await act()));
    return { name, most: most / mebibyte, rate: rateOf(bytes, ms) };
  };
  const found = [
    await watched('put', () => dstore.put('large', bytes)),
    await watched('get', () => dstore.get('large')),
  ];
  const peak = Math.max(...found.map(({ most }) => most));
  report({
    title: 'memory with a very large object',
    setting: `an object of ${bytes / mebibyte} MiB, put and got once, every byte compared; most resident bytes of one process as npm start runs it (gateway, six doors, ledger), looked at every 50 ms`,
    lines: found.map(({ name, most, rate }) => ({
      name,
      figure: withUnit(most, 'MiB'),
      compared: `${((most * mebibyte) / bytes).toFixed(2)} of the object; ${withUnit(rate, 'MB/s')}`,
    })),
    verdicts: [
      verdict('an object of 5 GiB through npm start', { most: 512 }, peak, {
        unit: 'MiB',
        ratio: `${((peak * mebibyte) / bytes).toFixed(2)} of the object`,
      }),
    ],
  });
});

/*
 * Claim: a put through REST on six Kubo disks is at least 0.85 times as fast as putting the same number of shards into the
 * same daemons by Kubo's own RPC. Needs Go once, to build Kubo.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Dstore } from './dstore.js';
import { median } from './median.js';
import { options } from './options.js';
import { kuboDaemons } from './peers/kubo-daemons.js';
import { putBlocks } from './peers/raw-blocks.js';
import { processorSeconds } from './processor.js';
import { report, times, verdict, withUnit } from './report.js';
import { progress, Scratch } from './scratch.js';
import { rateOf } from './transfer.js';

const { bytes, rounds } = options;
const disks = 6;
/** Of RS(4,2), 1 MiB each. */
const shards = Math.ceil((bytes / 4) * 6) >> 20;

await Scratch.use(async (scratch) => {
  progress('starting six Kubo daemons');
  const daemons = await kuboDaemons(scratch, disks);
  const home = join(scratch.folder, 'kubo-demo');
  const dstore = await Dstore.start(scratch, {
    program: fileURLToPath(new URL('peers/kubo-demo.js', import.meta.url)),
    args: [home, ...daemons.map(({ rpc, gateway }) => `${rpc},${gateway}`)],
  });
  const rpcs = daemons.map(({ rpc }) => rpc);
  await dstore.put('warm', 16 << 20);
  await putBlocks(rpcs, 24);
  const pids = daemons.map(({ pid }) => pid);
  const found: { put: number; get: number; raw: number }[] = [];
  const spent = { own: 0, daemons: 0, raw: 0 };
  for (let round = 1; round <= rounds; round += 1) {
    const [own, theirs] = [processorSeconds(dstore.pids), processorSeconds(pids)];
    const put = await dstore.put(`large-${round}`, bytes);
    spent.own += processorSeconds(dstore.pids) - own;
    spent.daemons += processorSeconds(pids) - theirs;
    const get = await dstore.get(`large-${round}`);
    const before = processorSeconds(pids);
    const raw = await putBlocks(rpcs, shards);
    spent.raw += processorSeconds(pids) - before;
    found.push({ put: rateOf(bytes, put.ms), get: rateOf(bytes, get.ms), raw: rateOf(bytes, raw) });
    progress(`round ${round} of ${rounds}: ${JSON.stringify(found.at(-1))}`);
  }
  const [put, get, raw] = (['put', 'get', 'raw'] as const).map((name) =>
    median(found.map((one) => one[name])),
  ) as [number, number, number];
  const perGB = (seconds: number) => withUnit((seconds / (bytes * rounds)) * 1e9, 's/GB');
  const ratio = median(found.map((one) => one.put / one.raw));
  report({
    title: 'a large object on six Kubo disks',
    setting: `${bytes >> 20} MiB, one stream, ${rounds} rounds in turn; six daemons of Kubo 0.42.0 (flatfs, sync). DStore: the demo in one process with those for disks, RS(4,2), encrypted. Raw: ${shards} blocks of 1 MiB by block/put with pin, two in flight at each daemon; its rate is that of the object they would make.`,
    lines: [
      { name: 'put', figure: withUnit(put, 'MB/s'), compared: times(put, raw, 'raw block/put') },
      { name: 'get', figure: withUnit(get, 'MB/s') },
      { name: 'raw block/put', figure: withUnit(raw, 'MB/s') },
      { name: 'put, processors, DStore', figure: perGB(spent.own) },
      {
        name: 'put, processors, Kubo',
        figure: perGB(spent.daemons),
        compared: times(spent.daemons, spent.raw, 'raw'),
      },
      { name: 'raw, processors, Kubo', figure: perGB(spent.raw) },
    ],
    verdicts: [
      verdict('put on six Kubo disks', { least: 0.85 }, ratio, {
        unit: 'x raw block/put',
        measured: withUnit(put, 'MB/s'),
        ratio: `${ratio.toFixed(2)} x ${withUnit(raw, 'MB/s')}`,
      }),
    ],
  });
});

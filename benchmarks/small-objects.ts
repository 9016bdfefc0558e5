/*
 * Claim: 1500 objects of 10 KiB a second, 64 in flight, each acknowledged after its commit is valid, and at most 100
 * bytes of ledger an object at that rate. Beside it: a server that syncs a file for each.
 */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { Dstore, PlainServer } from './dstore.js';
import { median, percentile } from './median.js';
import { options } from './options.js';
import { processorSeconds } from './processor.js';
import { stagesOf } from './profile.js';
import { report, type Stages, verdict, withUnit } from './report.js';
import { progress, Scratch } from './scratch.js';
import { inFlight, putSmall, type SmallLoad } from './small-load.js';

const { rounds } = options;
const count = options.smoke ? 100 : 5000;
const microseconds = () => Number(process.hrtime.bigint() / 1000n);

/** Bytes of all blocks of an embedded ledger. */
async function ledgerBytes(home: string): Promise<number> {
  const folder = join(home, 'network', 'blocks');
  const names = (await readdir(folder)).filter((name) => name.startsWith('blocks-'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A load in a process of its own that keeps a profile: it is slower for that, so its rate doesn't count. */
async function profiled(scratch: Scratch): Promise<Stages[]> {
  const profiles = join(scratch.folder, 'profiles');
  await mkdir(profiles);
  const dstore = await Dstore.start(scratch, { profiles, home: join(scratch.folder, 'profiled') });
  await putSmall(dstore, 'warm', Math.min(count, 1000));
  const from = microseconds();
  await putSmall(dstore, 'profiled', count);
  const to = microseconds();
  await dstore.stop();
  return stagesOf(profiles, 'objects of 10 KiB', { from, to });
}

await Scratch.use(async (scratch) => {
  const home = join(scratch.folder, 'dstore');
  const stores = [await Dstore.start(scratch, { home }), await PlainServer.start(scratch)] as const;
  for (const store of stores) await putSmall(store, 'warm', Math.min(count, 500));
  const loads = new Map<string, SmallLoad[]>(stores.map(({ name }) => [name, []]));
  let ledger = 0;
  let processor = 0;
  for (let round = 1; round <= rounds; round += 1)
    for (const store of stores) {
      const before = await ledgerBytes(home);
      const spent = processorSeconds(store.pids);
      const load = await putSmall(store, `small-${round}`, count);
      loads.get(store.name)?.push(load);
      if (store.name === 'DStore') {
        ledger += (await ledgerBytes(home)) - before;
        processor += processorSeconds(store.pids) - spent;
      }
      progress(`round ${round} of ${rounds}: ${store.name} ${load.rate.toFixed(0)} objects/s`);
    }
  const of = (name: string) => loads.get(name) ?? [];
  const rate = (name: string) => median(of(name).map((load) => load.rate));
  const ratio = median(
    of('DStore').map((load, at) => load.rate / (of('plain server')[at] as SmallLoad).rate),
  );
  const latencies = of('DStore').flatMap((load) => load.latenciesMs);
  progress('once more with a CPU profile');
  const stages = await profiled(scratch);
  const perObject = ledger / (rounds * count);
  const processorMs = (1000 * processor) / (rounds * count);
  const compared = `${ratio.toFixed(2)} x plain server`;
  report({
    title: 'objects of 10 KiB on the embedded ledger',
    setting: `${count} objects a round, ${inFlight} in flight over REST, ${rounds} rounds in turn. DStore: one process as npm start runs it, answered when the commit is valid on the ledger, which audits as usual. Plain server: node:http, a synced file each.`,
    lines: [
      { name: 'DStore', figure: withUnit(rate('DStore'), 'objects/s'), compared },
      { name: 'plain server', figure: withUnit(rate('plain server'), 'objects/s') },
      { name: 'answered, median', figure: withUnit(median(latencies), 'ms') },
      { name: 'answered, 99 of 100', figure: withUnit(percentile(latencies, 99), 'ms') },
      { name: 'processors, an object', figure: withUnit(processorMs, 'ms') },
      { name: 'ledger an object', figure: withUnit(perObject, 'bytes') },
    ],
    verdicts: [
      verdict('10 KiB objects, 64 in flight', { least: 1500 }, rate('DStore'), {
        unit: 'objects/s',
        ratio: compared,
      }),
      verdict('ledger an object at that rate', { most: 100 }, perObject, { unit: 'bytes' }),
    ],
    stages,
    notes: [
      `An object takes ${withUnit(processorMs, 'ms')} of processor time of gateway, six providers and six endorsers: ${availableParallelism()} processors always busy with that would do ${withUnit((1000 * availableParallelism()) / processorMs, 'objects/s')}.`,
    ],
  });
});

/*
 * What a large object costs through REST on six file disks, encryption on, and where the time goes. The bars are against
 * MinIO, which `npm run bench:peers` runs; the reference here is the least server that stores an object at all.
 */
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { Dstore, PlainServer } from './dstore.js';
import { ObjectRace } from './object-race.js';
import { options } from './options.js';
import { stagesOf } from './profile.js';
import { report, type Stages, withUnit } from './report.js';
import { progress, Scratch } from './scratch.js';

const { bytes, rounds } = options;
const microseconds = () => Number(process.hrtime.bigint() / 1000n);

/** A put and a get in a process of their own that keeps a profile: it is slower for that, so its rates don't count. */
async function profiled(scratch: Scratch): Promise<Stages[]> {
  const profiles = join(scratch.folder, 'profiles');
  await mkdir(profiles);
  const dstore = await Dstore.start(scratch, { profiles, home: join(scratch.folder, 'profiled') });
  await dstore.put('warm', Math.min(bytes, 64 << 20));
  await dstore.get('warm');
  const span = async (act: () => Promise<unknown>) => {
    const from = microseconds();
    await act();
    return { from, to: microseconds() };
  };
  const put = await span(() => dstore.put('large', bytes));
  const get = await span(() => dstore.get('large'));
  await dstore.stop();
  return [...(await stagesOf(profiles, 'put', put)), ...(await stagesOf(profiles, 'get', get))];
}

await Scratch.use(async (scratch) => {
  const stores = [await Dstore.start(scratch), await PlainServer.start(scratch)];
  const race = await ObjectRace.run(stores, bytes, rounds);
  progress('once more with a CPU profile');
  const stages = await profiled(scratch);
  const names = stores.map(({ name }) => name);
  const bound = (verb: 'put' | 'get') => {
    const seconds = race.processor('DStore', verb);
    const most = (1000 * availableParallelism()) / seconds;
    return `A ${verb} takes ${withUnit(seconds, 's')} of processor time a GB: with all ${availableParallelism()} processors always busy that would be ${withUnit(most, 'MB/s')}, and ${(race.rate('DStore', verb) / most).toFixed(2)} of it was reached, client and all.`;
  };
  report({
    title: 'put and get of a large object through REST on six file disks',
    setting: `${bytes >> 20} MiB, one stream, ${rounds} rounds in turn. DStore: one process as npm start runs it (gateway, six doors with mutual TLS, embedded ledger), RS(4,2), encrypted, every shard synced. Plain server: node:http, one copy, synced.`,
    lines: race.lines(names, 'plain server'),
    verdicts: [],
    stages,
    notes: [bound('put'), bound('get')],
  });
});

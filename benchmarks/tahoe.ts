/*
 * Claims: a put through REST on six file disks is 8 times as fast as Tahoe-LAFS with 4 of 6, and a get 12 times; both
 * encrypt. Needs Python 3 once, to install Tahoe.
 */
import { Dstore } from './dstore.js';
import { ObjectRace } from './object-race.js';
import { options } from './options.js';
import { Tahoe } from './peers/tahoe-grid.js';
import { report, verdict, withUnit } from './report.js';
import { Scratch } from './scratch.js';

/** A larger one takes Tahoe half a minute each way. */
const bytes = Math.min(options.bytes, 128 << 20);
const { rounds } = options;

await Scratch.use(async (scratch) => {
  const stores = [await Dstore.start(scratch), await Tahoe.start(scratch)];
  const race = await ObjectRace.run(stores, bytes, rounds);
  const against = (verb: 'put' | 'get') => race.ratio('DStore', 'Tahoe-LAFS', verb);
  const judge = (claim: string, verb: 'put' | 'get', least: number) =>
    verdict(claim, { least }, against(verb), {
      unit: 'x Tahoe-LAFS',
      measured: withUnit(race.rate('DStore', verb), 'MB/s'),
      ratio: `${against(verb).toFixed(2)} x ${withUnit(race.rate('Tahoe-LAFS', verb), 'MB/s')}`,
    });
  report({
    title: 'a large object, DStore on six file disks and Tahoe-LAFS on six servers',
    setting: `${bytes >> 20} MiB, one stream, ${rounds} rounds in turn. DStore: one process as npm start runs it, RS(4,2). Tahoe-LAFS 1.20.0: an introducer, six servers and a client as processes, 4 of 6, web API. Both encrypt.`,
    lines: race.lines(
      stores.map(({ name }) => name),
      'Tahoe-LAFS',
    ),
    verdicts: [judge('put, both encrypted', 'put', 8), judge('get of the same', 'get', 12)],
  });
});

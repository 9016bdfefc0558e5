/*
 * Claims: a put of 1 GiB through REST on six file disks, encrypted, is as fast as MinIO's with 4+2 and no encryption, and
 * a get 1.3 times as fast. Needs Go once, to build MinIO.
 */
import { Dstore } from './dstore.js';
import { ObjectRace } from './object-race.js';
import { options } from './options.js';
import { Minio } from './peers/minio-server.js';
import { report, verdict, withUnit } from './report.js';
import { Scratch } from './scratch.js';

const { bytes, rounds } = options;

await Scratch.use(async (scratch) => {
  const stores = [await Dstore.start(scratch), await Minio.start(scratch)];
  const race = await ObjectRace.run(stores, bytes, rounds);
  const against = (verb: 'put' | 'get') => race.ratio('DStore', 'MinIO', verb);
  const judge = (claim: string, verb: 'put' | 'get', least: number) =>
    verdict(claim, { least }, against(verb), {
      unit: 'x MinIO',
      measured: withUnit(race.rate('DStore', verb), 'MB/s'),
      ratio: `${against(verb).toFixed(2)} x ${withUnit(race.rate('MinIO', verb), 'MB/s')}`,
    });
  report({
    title: 'a large object, DStore on six file disks and MinIO on six directories',
    setting: `${bytes >> 20} MiB, one stream, ${rounds} rounds in turn. DStore: one process as npm start runs it, RS(4,2), encrypted. MinIO 2025-10-15: one node, EC 4+2, not encrypted, presigned URLs.`,
    lines: race.lines(
      stores.map(({ name }) => name),
      'MinIO',
    ),
    verdicts: [judge('put on six file disks', 'put', 1), judge('get of the same', 'get', 1.3)],
  });
});

/*
 * Claim: reading one byte of 1 GiB through REST fetches one shard, and the byte is there within 20 ms on loopback.
 * The count is taken in this process, where disks can be watched; the time from a process as npm start runs it.
 */
import { DiskCounter } from './counting-disk.js';
import { demoIn, longEpochs, putInto } from './demo.js';
import { Dstore, PlainServer } from './dstore.js';
import { median, percentile } from './median.js';
import { options } from './options.js';
import { report, times, verdict, withUnit } from './report.js';
import { progress, Scratch } from './scratch.js';
import { transfer } from './transfer.js';

const { bytes } = options;
const reads = options.smoke ? 5 : 200;
const countedBytes = Math.min(bytes, 64 << 20);

/** Shards that a read of one byte fetches, the median: audits and scrubs of the disks fall between some of them. */
async function shardsFetched(): Promise<number> {
  return Scratch.use(async (scratch) => {
    const counter = new DiskCounter();
    const demo = await demoIn(scratch, { openStore: counter.open, params: longEpochs });
    await putInto(demo, 'counted', countedBytes);
    const fetched: number[] = [];
    const url = `${demo.url}/v1/buckets/demo/objects/counted`;
    for (let read = 0; read < reads; read += 1) {
      const at = placeOf(read, countedBytes);
      const headers = { authorization: `Bearer ${demo.token}`, range: `bytes=${at}-${at}` };
      counter.take();
      await transfer({ method: 'GET', url, headers });
      fetched.push(counter.take().gets);
    }
    return median(fetched);
  });
}

/** Places spread over all of it, none beside the last. */
function placeOf(read: number, size: number): number {
  return Math.floor(((read * 0.618_033_988_75) % 1) * size);
}

await Scratch.use(async (scratch) => {
  const fetched = await shardsFetched();
  const stores = [await Dstore.start(scratch), await PlainServer.start(scratch)] as const;
  for (const store of stores) await store.put('large', bytes);
  progress(`reading one byte, ${reads} times`);
  const took = new Map<string, number[]>(stores.map(({ name }) => [name, []]));
  for (let read = 0; read < reads; read += 1)
    for (const store of stores) {
      const at = placeOf(read, bytes);
      took.get(store.name)?.push((await store.range('large', at, at)).firstByteMs);
    }
  const of = (name: string) => took.get(name) ?? [];
  const [own, plain] = [median(of('DStore')), median(of('plain server'))];
  report({
    title: 'one byte of a large object',
    setting: `${bytes >> 20} MiB, ${reads} reads in turn at places all over it, a connection each. DStore: one process as npm start runs it. Plain server: node:http and a file.`,
    lines: [
      { name: 'shards fetched a read', figure: fetched.toFixed(2) },
      {
        name: 'first byte, DStore',
        figure: withUnit(own, 'ms'),
        compared: times(own, plain, 'plain server'),
      },
      { name: 'first byte, DStore, 99 of 100', figure: withUnit(percentile(of('DStore'), 99), 'ms') },
      { name: 'first byte, plain server', figure: withUnit(plain, 'ms') },
    ],
    verdicts: [
      verdict('shards fetched for one byte', { most: 1 }, fetched),
      verdict('first byte, median', { most: 20 }, own, {
        unit: 'ms',
        ratio: times(own, plain, 'plain server'),
      }),
    ],
  });
});

/*
 * Claim: 300 objects of 10 KiB a second, 64 in flight, on real Fabric with four organizations and SmartBFT, each
 * acknowledged after its commit is valid, and at most 100 bytes of ledger an object at that rate. Beside it: a server
 * that syncs a file for each. Needs Go once, to build the servers.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConsortiumOfProcesses } from '#test/network/native/real/consortium-of-processes.js';

import { PlainServer } from './dstore.js';
import { median, percentile } from './median.js';
import { options } from './options.js';
import { report, verdict, withUnit } from './report.js';
import { progress, Scratch } from './scratch.js';
import { inFlight, putSmall, type SmallTarget } from './small-load.js';
import { rateOf, transfer } from './transfer.js';

const { rounds } = options;
const count = options.smoke ? 100 : 1500;
const epochSeconds = 60;
const largeBytes = options.smoke ? 8 << 20 : 128 << 20;

/** Builds the servers; what is built already is only looked for. */
async function buildServers(): Promise<void> {
  const program = fileURLToPath(new URL('../../network/dist/commands/main.js', import.meta.url));
  const [code] = (await once(spawn(process.execPath, [program, 'build'], { stdio: 'inherit' }), 'exit')) as [
    number,
  ];
  if (code !== 0) throw new Error('the servers could not be built');
}

/** Bytes of one peer's blocks: every peer keeps the same. */
async function ledgerBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const [first] = names.filter((name) => /chains\/chains\/[^/]+\/blockfile_0+$/.test(name)).sort();
  if (first === undefined) throw new Error('no peer has a block file');
  const { size } = await stat(join(folder, first));
  return size;
}

await Scratch.use(async (scratch) => {
  await buildServers();
  const consortium = await ConsortiumOfProcesses.bringUp(epochSeconds);
  scratch.defer(() => consortium.close());
  const { url = '', token = '' } = consortium.network.gateway ?? {};
  const urlOf = (key: string) => `${url}/v1/buckets/demo/objects/${key}`;
  const headers = { authorization: `Bearer ${token}` };
  const dstore: SmallTarget = { urlOf, headers };
  const plain = await PlainServer.start(scratch);
  await putSmall(dstore, 'warm', Math.min(count, 300));
  await putSmall(plain, 'warm', Math.min(count, 300));
  const rates: { dstore: number; plain: number }[] = [];
  const latencies: number[] = [];
  let ledger = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const before = await ledgerBytes(consortium.folder);
    const load = await putSmall(dstore, `small-${round}`, count);
    ledger += (await ledgerBytes(consortium.folder)) - before;
    const reference = await putSmall(plain, `small-${round}`, count);
    latencies.push(...load.latenciesMs);
    rates.push({ dstore: load.rate, plain: reference.rate });
    progress(`round ${round} of ${rounds}: DStore ${load.rate.toFixed(0)} objects/s`);
  }
  const put = await transfer({ method: 'PUT', url: urlOf('large'), headers, sends: largeBytes });
  const get = await transfer({ method: 'GET', url: urlOf('large'), headers });
  const rate = median(rates.map((one) => one.dstore));
  const ratio = median(rates.map((one) => one.dstore / one.plain));
  const compared = `${ratio.toFixed(2)} x plain server`;
  const perObject = ledger / (rounds * count);
  report({
    title: 'objects of 10 KiB on real Fabric, four organizations and SmartBFT',
    setting: `${count} objects a round, ${inFlight} in flight over REST, ${rounds} rounds in turn. DStore: what npm run network:up brings up, every process of four organizations on this machine, epochs of ${epochSeconds} s. Plain server: node:http, a synced file each. Large: ${largeBytes >> 20} MiB, once.`,
    lines: [
      { name: 'DStore', figure: withUnit(rate, 'objects/s'), compared },
      { name: 'plain server', figure: withUnit(median(rates.map((one) => one.plain)), 'objects/s') },
      { name: 'answered, median', figure: withUnit(median(latencies), 'ms') },
      { name: 'answered, 99 of 100', figure: withUnit(percentile(latencies, 99), 'ms') },
      { name: 'ledger an object', figure: withUnit(perObject, 'bytes') },
      { name: 'large put', figure: withUnit(rateOf(largeBytes, put.ms), 'MB/s') },
      { name: 'large get', figure: withUnit(rateOf(largeBytes, get.ms), 'MB/s') },
    ],
    verdicts: [
      verdict('10 KiB objects on real Fabric, 64 in flight', { least: 300 }, rate, {
        unit: 'objects/s',
        ratio: compared,
      }),
      verdict('ledger an object on real Fabric at that rate', { most: 100 }, perObject, { unit: 'bytes' }),
    ],
  });
});

/* What npm start runs, but with a Kubo daemon for each disk: `node kubo-demo.js HOME RPC,GATEWAY …` */
import { KuboDisk } from '@dstore/application/adapters/kubo/kubo-disk.js';
import { PinoLog } from '@dstore/application/adapters/pino/pino-log.js';
import { startDemo } from '@dstore/application/compose.js';
import { ended } from '@dstore/application/ending.js';

const [home = '.', ...daemons] = process.argv.slice(2);

async function openStore(diskId: string): Promise<KuboDisk> {
  const number = Number(/^org(\d+)-/.exec(diskId)?.[1]);
  const [rpc = '', gateway = ''] = daemons[number - 1]?.split(',') ?? [];
  return KuboDisk.open({ rpc, gateway });
}

const demo = await startDemo({
  home,
  version: '0.0.0',
  host: '127.0.0.1',
  port: 0,
  publicUrl: undefined,
  log: new PinoLog(process.stderr, 'error'),
  openStore,
});
process.stdout.write(`export DSTORE_URL=${demo.url} DSTORE_TOKEN=${demo.token}\n`);
await ended();
await demo.close();

import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryInUse } from '@dstore/network/embedded';
import { PinoLog } from './adapters/pino/pino-log.js';
import { type RunningDemo, startDemo } from './compose.js';
import { type Config, ConfigFaults, readConfigHere } from './config.js';
import { ended, endingGrace } from './ending.js';
import { firstScreen } from './first-screen.js';

const root = new URL('../../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };
const say = (text: string) => process.stderr.write(`${text}\n`);

process.exitCode = await main();

async function main(): Promise<number> {
  const config = configuration();
  if (config === undefined) return 2;
  mkdirSync(join(config.home, 'logs'), { recursive: true, mode: 0o700 });
  const lines = createWriteStream(join(config.home, 'logs', 'dstore.log'), { flags: 'a', mode: 0o600 });
  const log = new PinoLog(lines, config.logLevel);
  say(`Starting DStore ${version} in ${config.home} …`);
  const demo = await startDemo({ ...config, version, log }).catch((error: unknown) => {
    log.error('start failed', { error });
    say(reason(error, config));
    return undefined;
  });
  if (demo === undefined) return 1;
  log.info('started', { url: demo.url });
  // Whoever reads the screen may end it at once.
  const asked = ended();
  process.stdout.write(await screen(demo, config));
  await asked;
  say('\nEnding: finishing what is under way …');
  setTimeout(() => process.exit(1), endingGrace).unref();
  await demo.close();
  log.info('ended');
  return 0;
}

function configuration(): Config | undefined {
  try {
    return readConfigHere(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof ConfigFaults)) throw error;
    say(error.message);
    return undefined;
  }
}

function reason(error: unknown, { home, port }: Config): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken. Next: DSTORE_PORT=8081 npm start (0 takes a free one).`;
  if (error instanceof DirectoryInUse)
    return `DStore could not start: ${message}\nNext: end that one (Ctrl-C where it runs), or DSTORE_HOME=./other DSTORE_PORT=0 npm start.`;
  return `DStore could not start: ${message}\nNext: see ${join(home, 'logs', 'dstore.log')}; npm run reset deletes the demo's data.`;
}

async function screen(
  { url, token, consortium, owner, params }: RunningDemo,
  config: Config,
): Promise<string> {
  const epoch = await owner.vault.means.ledger.read('epoch');
  const since = BigInt(Math.floor(Date.now() / 1000)) - (epoch?.openedAt ?? 0n);
  const left = params.epochLengthSeconds - since;
  return firstScreen({
    version,
    url,
    token,
    home: config.home,
    organizations: consortium.network.organizations.length,
    disks: consortium.diskIds.length,
    epoch: epoch?.number ?? 0n,
    epochSeconds: params.epochLengthSeconds,
    secondsToNext: left > 0n ? left : 0n,
    breakable: 'org2-d1',
  });
}

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PinoLog } from './adapters/pino/pino-log.js';
import { startOrganization } from './compose-organization.js';
import { ConfigFaults } from './config.js';
import { ended, endingGrace } from './ending.js';
import { type OrganizationConfig, readOrganizationFile } from './organization-config.js';

const root = new URL('../../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };
const say = (text: string) => process.stderr.write(`${text}\n`);

process.exitCode = await main();

async function main(): Promise<number> {
  const config = settings();
  if (config === undefined) return 2;
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  // Whoever waits for it reads the id of the process in it.
  const ready = join(config.dataDir, 'ready');
  rmSync(ready, { force: true });
  const log = new PinoLog(process.stdout, config.logLevel, { organization: config.mspId });
  const running = await startOrganization(config, { version, log }).catch((error: unknown) => {
    log.error('start failed', { error });
    return undefined;
  });
  if (running === undefined) return 1;
  log.info('started', { roles: config.roles, url: running.url });
  // Whoever waits for the file may end it at once.
  const asked = ended();
  writeFileSync(ready, `${process.pid}\n`);
  await asked;
  setTimeout(() => process.exit(1), endingGrace).unref();
  rmSync(ready, { force: true });
  await running.close();
  log.info('ended');
  return 0;
}

function settings(): OrganizationConfig | undefined {
  const [flag, path, ...rest] = process.argv.slice(2);
  if (flag !== '--config' || path === undefined) {
    say('usage: serve --config FILE [--NAME VALUE ...]');
    return undefined;
  }
  try {
    return readOrganizationFile(path, rest);
  } catch (error) {
    if (!(error instanceof ConfigFaults)) throw error;
    say(error.message);
    return undefined;
  }
}

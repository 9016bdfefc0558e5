import { rm, stat } from 'node:fs/promises';

import { stopAll } from '../native/stop-all.js';
import { Supervisor } from '../native/supervisor.js';
import { type CommandContext, networkFolder } from './place.js';

/** Answer of a command that was not confirmed. */
const unconfirmed = 6;

/** Stops the network and deletes everything it keeps: ledgers, keys, disks. Only with `--yes`. */
export async function reset({ environment, args, say }: CommandContext): Promise<number> {
  const folder = networkFolder(environment);
  if ((await stat(folder).catch(() => undefined)) === undefined) {
    say(`Nothing to remove: ${folder} is not there.`);
    return 0;
  }
  if (!args.includes('--yes')) {
    say(`This deletes ${folder}: every block, key and disk in it. To do so: npm run network:reset -- --yes`);
    return unconfirmed;
  }
  await stopAll(new Supervisor(folder));
  await rm(folder, { recursive: true });
  say(`Removed ${folder}.`);
  return 0;
}

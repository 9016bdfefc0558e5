import { Supervisor } from '../native/supervisor.js';
import { tailOf } from '../native/wait.js';
import { type CommandContext, networkFolder } from './place.js';

const lastLines = 20;
const lastBytes = 64 * 1024;

/** Prints the ends of the logs of all processes, or of those whose names hold the argument. */
export async function logs({ environment, args, print, say }: CommandContext): Promise<number> {
  const supervisor = new Supervisor(networkFolder(environment));
  const [wanted = ''] = args;
  const names = (await supervisor.names()).filter((name) => name.includes(wanted));
  for (const name of names) {
    const lines = (await tailOf(supervisor.logOf(name), lastBytes)).trimEnd().split('\n');
    print(`== ${name}: ${supervisor.logOf(name)}`);
    lines.slice(-lastLines).forEach((line) => print(line));
  }
  if (names.length === 0) say(wanted === '' ? 'Nothing was started.' : `No process is named like ${wanted}.`);
  return names.length > 0 ? 0 : 1;
}

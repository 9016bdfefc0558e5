import { DirectoryLock } from '../embedded/directory-lock.js';
import { stopAll } from '../native/stop-all.js';
import { Supervisor } from '../native/supervisor.js';
import { type CommandContext, networkFolder } from './place.js';

/** Stops every process of the network; what it keeps stays. */
export async function down({ environment, say }: CommandContext): Promise<number> {
  const folder = networkFolder(environment);
  const lock = await DirectoryLock.take(folder);
  try {
    const count = await stopAll(new Supervisor(folder));
    say(count === 0 ? 'Nothing runs.' : `Stopped ${count} processes; ${folder} is kept.`);
  } finally {
    await lock.release();
  }
  return 0;
}

import { DirectoryLock } from '../embedded/directory-lock.js';
import { openNetwork } from './open-network.js';
import { type CommandContext, networkFolder } from './place.js';

/** Brings the network up, from nothing or from wherever it is. */
export async function up(context: CommandContext): Promise<number> {
  const network = await openNetwork(context);
  const lock = await DirectoryLock.take(networkFolder(context.environment));
  try {
    await network.up();
  } finally {
    await lock.release();
  }
  return 0;
}

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectoryLock } from '@dstore/network/embedded';

/** Speaks with whoever asked for a home to be removed. */
export interface Asking {
  readonly say: (text: string) => void;
  /** The answer to a question; undefined where nobody can be asked. */
  readonly ask: (question: string) => Promise<string | undefined>;
  /** Whether the answer is known to be yes. */
  readonly yes: boolean;
}

/** Answers of {@link removeHome}: it is not there any more; it was left alone. */
export const removed = 0;
export const leftAlone = 6;

const meanings: Readonly<Record<string, string>> = {
  vault: "the owner's catalog, master key and tokens",
  disks: 'the shards and lease books of all disks',
  network: 'the ledger, certificates and keys',
  logs: 'logs',
  'demo.words': 'the 24 words of the master key',
};

/**
 * Deletes a home after saying what lies in it and asking. Leaves alone what does not look like a home, and one that a
 * process uses. Answers {@link removed} or {@link leftAlone}.
 */
export async function removeHome(home: string, { say, ask, yes }: Asking): Promise<number> {
  const names = await readdir(home).catch(() => undefined);
  if (names === undefined) {
    say(`Nothing to remove: ${home} is not there.`);
    return removed;
  }
  const obstacle = names.includes('network') ? await userOf(home) : notHome(home);
  if (obstacle !== undefined) {
    say(obstacle);
    return leftAlone;
  }
  say(`This deletes ${home}, and nothing brings it back:`);
  for (const name of names.sort()) say(await described(home, name));
  if (!yes && !(await agreed(ask))) {
    say('Nothing was removed. To remove it without a question: npm run reset -- --yes');
    return leftAlone;
  }
  await rm(home, { recursive: true });
  say(`Removed ${home}.`);
  return removed;
}

async function agreed(ask: Asking['ask']): Promise<boolean> {
  return (await ask('Type yes to delete it: '))?.trim() === 'yes';
}

function notHome(home: string): string {
  return `${home} does not look like a DStore home (no network/ in it); remove it by hand if you mean it.`;
}

/** What to do about whoever uses the home; undefined when nobody does. */
async function userOf(home: string): Promise<string | undefined> {
  const servers = await readdir(join(home, 'network', 'native', 'run')).catch(() => []);
  if (servers.length > 0)
    return `The servers of a native network run in ${home}. Stop them first: npm run network:down`;
  const lock = await DirectoryLock.take(join(home, 'network')).catch(() => undefined);
  if (lock === undefined) return `A gateway runs in ${home}. End it first (Ctrl-C).`;
  await lock.release();
  return undefined;
}

async function described(home: string, name: string): Promise<string> {
  const bytes = await bytesIn(join(home, name));
  const meaning = meanings[name];
  return `  ${name}  ${(bytes / 1e6).toFixed(1)} MB${meaning === undefined ? '' : `  ${meaning}`}`;
}

/** Symbolic links are counted, not followed. */
async function bytesIn(path: string): Promise<number> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => undefined);
  if (entries === undefined) return (await stat(path).catch(() => undefined))?.size ?? 0;
  let bytes = 0;
  for (const entry of entries)
    if (entry.isFile())
      bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  return bytes;
}

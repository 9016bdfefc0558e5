import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Another process has the directory. */
export class DirectoryInUse extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DirectoryInUse';
  }
}

/** Locks this process holds: a dead one's id may be ours by now, as it is after each start of a container. */
const held = new Set<string>();

/** A directory that one process at a time may open, by a file with its process id. */
export class DirectoryLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Rejects with {@link DirectoryInUse} when a living process, this one included, holds the directory. The lock of a dead one is taken over. */
  static async take(directory: string): Promise<DirectoryLock> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, 'lock');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const file = await create(path);
      if (file !== undefined) {
        await file.writeFile(`${process.pid}\n`);
        await file.close();
        held.add(path);
        return new DirectoryLock(path);
      }
      const holder = Number(await readFile(path, 'utf8').catch(() => ''));
      if (holder === process.pid ? held.has(path) : isAlive(holder))
        throw new DirectoryInUse(`${directory} is in use by process ${holder}`);
      await rm(path, { force: true });
    }
    throw new DirectoryInUse(`${directory} is in use: another process took its lock just now`);
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
    held.delete(this.#path);
  }
}

async function create(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

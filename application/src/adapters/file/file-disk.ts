import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isHex } from '@dstore/chaincode/domain';
import { maxShardBytes, shardDigest } from '../../core/shard.js';
import { Turns } from '../../core/turns.js';
import type { Block, Disk } from '../../ports/disk.js';
import { Denial, Fault } from '../../ports/fault.js';
import { FolderSyncs } from './folder-syncs.js';
import { fileSystem, type Medium } from './medium.js';
import { StoreLock } from './store-lock.js';

/**
 * Blocks as files named by their digests, all in one folder, so that many puts at once share one sync of it. A block is
 * written as a draft, synced, renamed and its folder synced before `put` resolves; a crash leaves a whole block, or a
 * draft that opening removes. What was not yet synced when a sync failed counts as lost and is removed (a second sync of the same file proves nothing).
 */
export class FileDisk implements Disk {
  readonly #root: string;
  readonly #medium: Medium;
  readonly #lock: StoreLock;
  readonly #folders: FolderSyncs;
  readonly #turns = new Turns();
  #drafts = 0;
  #open = true;

  private constructor(root: string, medium: Medium, lock: StoreLock) {
    this.#root = root;
    this.#medium = medium;
    this.#lock = lock;
    this.#folders = new FolderSyncs((path) => medium.syncFolder(path));
  }

  /** Opens or makes the store in a folder; permanent Fault `not-ready` while another process has it open. */
  static async open(root: string, medium: Medium = fileSystem): Promise<FileDisk> {
    return translated(async () => {
      const made = await mkdir(root, { recursive: true, mode: 0o700 });
      const lock = StoreLock.take(join(root, 'lock'));
      try {
        await prepare(root, medium);
        if (made !== undefined) await syncUpTo(dirname(made), root, medium);
      } catch (error) {
        lock.release();
        throw error;
      }
      return new FileDisk(root, medium, lock);
    });
  }

  async put(digest: string, bytes: Uint8Array): Promise<void> {
    if (shardDigest(bytes) !== digest)
      throw new Denial('digest-mismatch', 'the bytes are not those that the digest names');
    await this.#inTurn(digest, async (path) => {
      const there = await orMissing(readBlock(path));
      // A damaged block is written anew; a good one may still lack its folder's sync.
      if (there?.equals(bytes) === true) await this.#folders.sync(dirname(path));
      else await this.#write(path, bytes);
    });
  }

  async get(digest: string, room?: Buffer): Promise<Buffer | undefined> {
    return translated(() => orMissing(readBlock(this.#pathOf(digest), room)));
  }

  async sizeOf(digest: string): Promise<number | undefined> {
    return translated(async () => (await orMissing(stat(this.#pathOf(digest))))?.size);
  }

  /** Not synced: a block that comes back with a crash is one that nobody asks for. */
  async remove(digest: string): Promise<void> {
    await this.#inTurn(digest, (path) => rm(path, { force: true }));
  }

  async *list(): AsyncIterable<Block> {
    for (const name of await translated(() => readdir(join(this.#root, 'blocks')))) {
      const size = isHex(name, 32) ? await this.sizeOf(name) : undefined;
      if (size !== undefined) yield { digest: name, size };
    }
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#turns.end();
    this.#lock.release();
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const draft = join(this.#root, 'drafts', String(this.#drafts++));
    try {
      await this.#medium.write(draft, bytes);
      await this.#medium.rename(draft, path);
      await this.#folders.sync(dirname(path));
    } catch (error) {
      await Promise.allSettled([draft, path].map((lost) => rm(lost, { force: true })));
      throw error;
    }
  }

  async #inTurn(digest: string, work: (path: string) => Promise<void>): Promise<void> {
    const path = this.#pathOf(digest);
    await this.#turns.take(digest, () => translated(() => work(path)));
  }

  #pathOf(digest: string): string {
    if (!isHex(digest, 32)) throw new RangeError('a digest is 32 bytes in lower-case hexadecimal');
    if (!this.#open) throw new Fault('disk-failed', 'the disk is closed', { retryable: false });
    return join(this.#root, 'blocks', digest);
  }
}

/** Makes the folders that are missing and removes drafts of a process that died. */
async function prepare(root: string, medium: Medium): Promise<void> {
  const [blocks, drafts] = [join(root, 'blocks'), join(root, 'drafts')];
  for (const folder of [blocks, drafts]) await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(drafts)) await rm(join(drafts, name), { force: true, recursive: true });
  await medium.syncFolder(blocks);
  await medium.syncFolder(root);
}

/** Syncs the names of folders that were made, from the topmost one's parent down to the root's parent. */
async function syncUpTo(top: string, root: string, medium: Medium): Promise<void> {
  for (let folder = dirname(root); ; folder = dirname(folder)) {
    await medium.syncFolder(folder);
    if (folder === top || folder === dirname(folder)) return;
  }
}

/** A block in one read: the usual way asks for its size first and reads it in halves, each a turn of a busy loop. */
async function readBlock(path: string, room?: Buffer): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const buffer = room ?? Buffer.allocUnsafe(maxShardBytes + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer === room || bytesRead > buffer.length / 2
      ? buffer.subarray(0, bytesRead)
      : Buffer.from(buffer.subarray(0, bytesRead));
  } finally {
    void file.close();
  }
}

async function orMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const fullCodes = ['ENOSPC', 'EDQUOT'];

/** Says errors of the system in the port's words. */
async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string' || error instanceof Denial || error instanceof Fault) throw error;
    if (fullCodes.includes(code)) throw new Denial('disk-full', 'the disk has no room for the block');
    throw new Fault('disk-failed', `the disk failed: ${code}`, { retryable: true, cause: error });
  }
}

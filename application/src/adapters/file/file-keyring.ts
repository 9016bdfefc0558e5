import { link, mkdir, open, type FileHandle, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

import { VaultKeys } from '../../core/vault-keys.js';
import { Fault } from '../../ports/fault.js';
import type { Keyring } from '../../ports/keyring.js';
import type { Random } from '../../ports/random.js';
import { formatMaster, type KeptMaster, parseMaster } from './master-key-file.js';

/** How a key file is opened: whose keys, sealed how, and which generation new keys belong to. */
export interface KeyringOptions {
  readonly vaultId: string;
  readonly passphrase?: string | undefined;
  readonly generation?: number | undefined;
}

/**
 * A vault's keys from a master key in a file that only its owner may read. Permanent Faults: `not-ready` when the file
 * is missing, readable by others, or another vault's; `seal-broken` when it is damaged or the passphrase is wrong.
 */
export class FileKeyring extends VaultKeys implements Keyring {
  /** Opens the keyring that was created at this path. */
  static async open(path: string, options: KeyringOptions): Promise<FileKeyring> {
    const kept = parseMaster(await readPrivate(path), options.passphrase);
    if (kept.vaultId !== options.vaultId) throw notReady(`${path} holds the keys of vault ${kept.vaultId}`);
    return new FileKeyring(kept.master, kept.vaultId, options.generation ?? 0);
  }

  /**
   * Writes the file, durably and never over another one, and opens it. Where it is already and holds this very key,
   * nothing changes; where it holds another, this is refused.
   */
  static async create(
    path: string,
    master: Uint8Array,
    options: KeyringOptions,
    random: Random,
  ): Promise<FileKeyring> {
    const kept = { vaultId: options.vaultId, master: Buffer.from(master) };
    if (kept.master.length !== 32) throw new RangeError('a master key has 32 bytes');
    const isNew = await writeOnce(path, formatMaster(kept, options.passphrase, random), random);
    if (!isNew && !same(kept, parseMaster(await readPrivate(path), options.passphrase)))
      throw notReady(`${path} holds another master key, which is never written over`);
    return FileKeyring.open(path, options);
  }
}

function same(one: KeptMaster, other: KeptMaster): boolean {
  return one.vaultId === other.vaultId && one.master.equals(other.master);
}

async function readPrivate(path: string): Promise<string> {
  const file = await openExisting(path);
  try {
    // Windows has no such modes.
    if (process.platform !== 'win32' && ((await file.stat()).mode & 0o077) !== 0)
      throw notReady(`${path} holds a master key and others may read it: chmod 600 it`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

async function openExisting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw notReady(`there is no master key at ${path}`);
    throw error;
  }
}

/** False when the file is there already. A link, unlike a rename, never replaces what is there. */
async function writeOnce(path: string, text: string, random: Random): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${random.bytes(8).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await file.close();
    await unlink(draft);
  }
  await syncFolder(dirname(path));
  return true;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function notReady(message: string): Fault {
  return new Fault('not-ready', message, { retryable: false });
}

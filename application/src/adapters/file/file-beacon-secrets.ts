import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import type { BeaconSecrets } from '../../ports/beacon-secrets.js';

/** One file per anchor in a folder that only its owner may enter; bytes and name are synced before `put` resolves. */
export class FileBeaconSecrets implements BeaconSecrets {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async get(anchor: string): Promise<Buffer | undefined> {
    try {
      return await readFile(this.#path(anchor));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async put(anchor: string, secret: Uint8Array): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = this.#path(anchor);
    await writeSynced(`${path}.new`, secret);
    await rename(`${path}.new`, path);
    await syncFolder(this.#folder);
  }

  #path(anchor: string): string {
    if (!/^[0-9a-f]{64}$/.test(anchor)) throw new RangeError('an anchor is 32 bytes in hexadecimal');
    return join(this.#folder, `${anchor}.secret`);
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

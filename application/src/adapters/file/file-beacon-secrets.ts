import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { BeaconSecrets } from '../../ports/beacon-secrets.js';
import { replaceFile } from './replace-file.js';

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
    await replaceFile(this.#path(anchor), secret);
  }

  #path(anchor: string): string {
    if (!/^[0-9a-f]{64}$/.test(anchor)) throw new RangeError('an anchor is 32 bytes in hexadecimal');
    return join(this.#folder, `${anchor}.secret`);
  }
}

import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundles } from '../../ports/bundles.js';

/**
 * A file for each bundle in one folder, named by epoch and digest. Not synced: a power cut may take the newest along, which
 * shows as one that is gone.
 */
export class FileBundles implements Bundles {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder where it is not there. */
  static async open(folder: string): Promise<FileBundles> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new FileBundles(folder);
  }

  async keep(epoch: bigint, digest: string, bundle: Uint8Array): Promise<void> {
    const path = join(this.#folder, `${epoch}-${digest}`);
    await writeFile(`${path}.new`, bundle, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  async get(digest: string): Promise<Buffer | undefined> {
    const name = (await readdir(this.#folder)).find((one) => one.endsWith(`-${digest}`));
    return name === undefined ? undefined : readFile(join(this.#folder, name));
  }

  async prune(before: bigint): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const epoch = /^(\d+)-/.exec(name)?.[1];
      if (epoch !== undefined && BigInt(epoch) < before) await rm(join(this.#folder, name), { force: true });
    }
  }
}

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileSystem } from './medium.js';

/**
 * Puts a file that only its owner may read in the place of what is there, whole or not at all; makes its folder. Bytes
 * and name are synced when this resolves. One at a time for a path.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, content, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
  await fileSystem.syncFolder(folder);
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Part } from './parts.js';

/** Environment of a process, or what a test gives for it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of a part's go.mod and go.sum. */
export function moduleFolder(part: Part): string {
  return fileURLToPath(new URL(`../../toolchain/${part.name}`, import.meta.url));
}

/**
 * Where a part is built to: outside the repository, one folder for each state of go.mod, go.sum, flags and platform,
 * so that what lies there never has to be looked at twice.
 */
export async function cacheFolder(part: Part, environment: Environment): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['go.mod', 'go.sum']) hash.update(await readFile(join(moduleFolder(part), name)));
  hash.update(JSON.stringify([part.programs, part.ldflags, part.cgo, process.platform, process.arch]));
  return join(cacheRoot(environment), 'toolchain', `${part.name}-${hash.digest('hex').slice(0, 16)}`);
}

function cacheRoot(environment: Environment): string {
  const given = environment['DSTORE_CACHE'];
  if (given !== undefined && given !== '') return resolve(given);
  const shared = environment['XDG_CACHE_HOME'];
  return join(shared !== undefined && shared !== '' ? shared : join(homedir(), '.cache'), 'dstore');
}

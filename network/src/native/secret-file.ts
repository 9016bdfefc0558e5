import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { writeDurably } from './write-durably.js';

/** The text in a file, 32 random bytes in hexadecimal (mode 0600) if it is not there yet: the same at every call. */
export async function secretIn(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch(() => undefined);
  if (kept !== undefined) return kept;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const secret = randomBytes(32).toString('hex');
  await writeDurably(path, secret);
  return secret;
}

import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The text in a file, 32 random bytes in hexadecimal (mode 0600) if it is not there yet: the same at every call, also
 * at several at once.
 */
export async function secretIn(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch(() => undefined);
  if (kept !== undefined) return kept;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const secret = randomBytes(32).toString('hex');
  const part = `${path}.${randomBytes(8).toString('hex')}.part`;
  await writeFile(part, secret, { mode: 0o600, flush: true });
  try {
    // Unlike rename, link never replaces what another was faster to write.
    await link(part, path).catch(unlessThere);
  } finally {
    await rm(part);
  }
  return readFile(path, 'utf8');
}

function unlessThere(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}

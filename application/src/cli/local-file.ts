import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from './outcome.js';

/** Makes the folders of a file below a root; refuses to walk through a link, which could lead out of it. */
export async function folderBelow(root: string, segments: readonly string[]): Promise<string> {
  await mkdir(root, { recursive: true });
  let folder = root;
  for (const segment of segments) {
    folder = join(folder, segment);
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    if (!(await lstat(folder)).isDirectory())
      throw new UsageError(`${folder} is there and no folder`, 'choose another target');
  }
  return folder;
}

/** Writes a file whole or not at all: under another name first, renamed once all bytes are there. Answers its size. */
export async function writeWhole(path: string, body: AsyncIterable<Uint8Array>): Promise<number> {
  const fresh = join(dirname(path), `.dstore-${randomBytes(6).toString('hex')}.part`);
  const handle = await open(fresh, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666);
  let bytes = 0;
  try {
    try {
      for await (const piece of body) {
        await handle.writeFile(piece);
        bytes += piece.length;
      }
    } finally {
      await handle.close();
    }
    await rename(fresh, path);
    return bytes;
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

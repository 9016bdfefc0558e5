import { statfs } from 'node:fs/promises';

import { fail, type Flaw, type Outcome, type Point, warn } from './point.js';

/** What a file system has left. */
export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly freeInodes: number;
  /** 0 where the file system makes them as they are needed. */
  readonly totalInodes: number;
}

/** A block file of Fabric's is 64 MiB; with less than some of them nodes stop in the middle of one. */
const leastBytes = 2 ** 30;
const leastShare = 0.05;

/** Point 3: there is room for more blocks and files. */
export const space: Point = {
  number: 3,
  title: 'space',
  look: async ({ folder }) => {
    const { bavail, blocks, bsize, ffree, files } = await statfs(folder);
    return judgeSpace({
      freeBytes: bavail * bsize,
      totalBytes: blocks * bsize,
      freeInodes: ffree,
      totalInodes: files,
    });
  },
};

/** Fails below 1 GiB, warns below a twentieth of the bytes or inodes. */
export function judgeSpace({ freeBytes, totalBytes, freeInodes, totalInodes }: Space): Outcome {
  const fix = 'make room, or move the home to a larger disk while the network is down';
  const flaws: Flaw[] = [];
  if (freeBytes < leastBytes) flaws.push(fail('less than 1 GiB is free', fix));
  else if (freeBytes < leastShare * totalBytes) flaws.push(warn('less than 5 % is free', fix));
  if (totalInodes > 0 && freeInodes < leastShare * totalInodes)
    flaws.push(warn('less than 5 % of the inodes are free', 'remove small files'));
  return { says: `${(freeBytes / 2 ** 30).toFixed(1)} GiB free`, flaws };
}

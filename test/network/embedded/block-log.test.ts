import { BlockLog, DamagedLog } from '@dstore/network/embedded/block-log.js';
import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { inDirectory } from './world.js';

const bodies = ['first', 'second block', 'third'].map((text) => Buffer.from(text));
/** Bytes around a body: header and seal. */
const around = 28;

async function withLog<T>(directory: string, use: (log: BlockLog) => Promise<T>): Promise<T> {
  const log = await BlockLog.open(directory);
  try {
    return await use(log);
  } finally {
    await log.close();
  }
}

/** Writes the three blocks, changes the segment, and hands over the directory. */
async function altered(change: (path: string) => Promise<void>, use: (directory: string) => Promise<void>) {
  await inDirectory(async (directory) => {
    await withLog(directory, async (log) => {
      for (const body of bodies) await log.append(body);
    });
    const [name] = await readdir(directory);
    await change(join(directory, name as string));
    await use(directory);
  });
}

const heightOf = (directory: string) => withLog(directory, async (log) => log.height);

describe('BlockLog', () => {
  it('reads blocks back after it was opened again', async () => {
    await altered(
      async () => undefined,
      (directory) =>
        withLog(directory, async (log) => {
          assert.equal(log.height, 3);
          for (const [number, body] of bodies.entries()) assert.deepEqual(await log.read(number), body);
          await assert.rejects(log.read(3), RangeError);
        }),
    );
  });

  it('F-102 cuts an unsealed tail at every length, and only that', async () => {
    const last = (bodies[2] as Buffer).length + around;
    for (let missing = 1; missing < last; missing += 1)
      await altered(
        async (path) => truncate(path, (await readFile(path)).length - missing),
        async (directory) => {
          await withLog(directory, async (log) => {
            assert.equal(log.height, 2);
            await log.append(Buffer.from('again'));
          });
          assert.equal(await heightOf(directory), 3);
        },
      );
  });

  it('cuts room that was allocated and never written', async () => {
    await altered(
      (path) => appendFile(path, Buffer.alloc(5000)),
      async (directory) => assert.equal(await heightOf(directory), 3),
    );
  });

  it('F-102 refuses a flipped byte wherever it lies, and changes nothing', async () => {
    const size = bodies.reduce((sum, body) => sum + body.length + around, 0);
    // The seal of the last block is what tells a torn tail from damage.
    for (let at = 0; at < size - 4; at += 1) {
      let damaged = Buffer.alloc(0);
      let file = '';
      await altered(
        async (path) => {
          file = path;
          damaged = await readFile(path);
          damaged.writeUInt8(damaged.readUInt8(at) ^ 0x40, at);
          await writeFile(path, damaged);
        },
        async (directory) => {
          await assert.rejects(BlockLog.open(directory), DamagedLog, `byte ${at}`);
          assert.deepEqual(await readFile(file), damaged);
        },
      );
    }
  });

  it('F-102 refuses a block that is missing in the middle', async () => {
    await altered(
      async (path) => {
        const bytes = await readFile(path);
        const [first, second] = bodies.map((body) => body.length + around) as [number, number];
        await writeFile(path, Buffer.concat([bytes.subarray(0, first), bytes.subarray(first + second)]));
      },
      (directory) => assert.rejects(BlockLog.open(directory), /the head of block 1 is not whole/),
    );
  });

  it('refuses a missing segment', async () => {
    await altered(
      async (path) => {
        await writeFile(path.replace('000000.log', '000003.log'), '');
        await rm(path);
      },
      (directory) => assert.rejects(BlockLog.open(directory), /a segment is missing/),
    );
  });
});

import { type DemoOptions, demoParams, type RunningDemo, startDemo } from '@dstore/application/compose.js';
import type { Log } from '@dstore/application/ports/log.js';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import type { Scratch } from './scratch.js';

const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (message) => process.stderr.write(`${message}\n`),
};

/** Epochs so long that nothing of an audit falls into what is measured. */
export const longEpochs = { ...demoParams, epochLengthSeconds: 3600n };

/** The demo in this process, where its inside can be counted. Ends with the scratch. */
export async function demoIn(
  scratch: Scratch,
  options: Partial<Pick<DemoOptions, 'params' | 'openStore' | 'repairBytesPerSecond'>> = {},
): Promise<RunningDemo> {
  const demo = await startDemo({
    home: join(scratch.folder, 'demo'),
    version: '0.0.0',
    host: '127.0.0.1',
    port: 0,
    publicUrl: undefined,
    log: quiet,
    ...options,
  });
  scratch.defer(() => demo.close());
  return demo;
}

/** Puts random bytes through the use case that REST calls. */
export async function putInto({ owner }: RunningDemo, key: string, bytes: number): Promise<void> {
  const block = randomBytes(Math.min(bytes, 1 << 20));
  await owner.useCases.putObject.run({ bucket: 'demo', key, body: pieces(block, bytes) });
}

/** Reads a whole object; answers its bytes. */
export async function getFrom({ owner }: RunningDemo, key: string): Promise<number> {
  let bytes = 0;
  for await (const piece of owner.useCases.getObject.run({ bucket: 'demo', key }).body) bytes += piece.length;
  return bytes;
}

async function* pieces(block: Buffer, bytes: number): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0; left -= block.length)
    yield block.subarray(0, Math.min(left, block.length));
}

import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

import { NetworkFault } from '../fault.js';
import type { Supervisor } from './supervisor.js';

const patience = 60_000;
const pause = 50;

/**
 * Waits until a probe of a process answers true. Throws NetworkFault with the end of its log when the process ends
 * before that, or does not answer within a minute.
 */
export async function untilReady(
  supervisor: Supervisor,
  name: string,
  probe: () => Promise<boolean>,
): Promise<void> {
  const until = Date.now() + patience;
  let last: unknown;
  while (Date.now() < until) {
    const ready = await probe().catch((error: unknown) => {
      last = error;
      return false;
    });
    if (ready) return;
    if ((await supervisor.pidOf(name)) === undefined) throw await ended(supervisor, name);
    await setTimeout(pause);
  }
  const why = last instanceof Error ? `: ${last.message}` : '';
  throw new NetworkFault(`${name} does not get ready${why}`, `read ${supervisor.logOf(name)}`, {
    cause: last,
  });
}

/** Repeats work that fails while others are still on their way; rejects with its last error after `milliseconds`. */
export async function persistently<T>(work: () => Promise<T>, milliseconds = 30_000): Promise<T> {
  const until = Date.now() + milliseconds;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > until) throw error;
      await setTimeout(200);
    }
  }
}

async function ended(supervisor: Supervisor, name: string): Promise<NetworkFault> {
  const path = supervisor.logOf(name);
  const lines = (await tailOf(path, 4_000)).split('\n').filter((line) => line.trim() !== '');
  const disk = lines.some((line) => /no space left/i.test(line));
  const fix = disk ? 'the disk is full: make room, then run network:up again' : `read ${path}`;
  return new NetworkFault(`${name} has ended; its last words: ${lines.slice(-3).join(' | ')}`, fix);
}

/** The last bytes of a file as text; empty when it is not there. */
export async function tailOf(path: string, bytes: number): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - bytes);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

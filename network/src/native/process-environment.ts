import { readFile } from 'node:fs/promises';

import { runProgram } from '../program.js';

/** The environment that a process of this user was started with, one assignment each; empty when there is no such process. */
export async function environmentOf(pid: number): Promise<string[]> {
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    return text.split('\0');
  }
  const asked = runProgram('ps', ['eww', '-o', 'command=', '-p', String(pid)]);
  return asked.then(({ stdout }) => stdout.trim().split(/\s+/)).catch(() => []);
}

import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

import { runProgram } from '../program.js';

const patience = 5_000;
const pause = 5;

/**
 * The environment that a process of this user was started with, one assignment each; empty when there is no such
 * process, or only what is left of it until its parent takes note.
 */
export async function environmentOf(pid: number): Promise<string[]> {
  if (process.platform !== 'linux') return environmentFromPs(pid);
  const until = Date.now() + patience;
  for (;;) {
    const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (text !== '') return text.split('\0');
    // On its way out a process has no environment any more and its ports still; on its way into a program likewise.
    if (!(await isAlive(pid)) || Date.now() > until) return [];
    await setTimeout(pause);
  }
}

async function isAlive(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = ''] = fields;
  // Dead are those whose last thread is: until then the others have the ports (proc_pid_stat(5), num_threads).
  return state !== '' && ((state !== 'Z' && state !== 'X') || Number(fields[17]) > 1);
}

function environmentFromPs(pid: number): Promise<string[]> {
  const asked = runProgram('ps', ['eww', '-o', 'command=', '-p', String(pid)]);
  return asked.then(({ stdout }) => stdout.trim().split(/\s+/)).catch(() => []);
}

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Of the times in Linux' table of processes: USER_HZ. */
const ticksPerSecond = 100;

/** Processor time of processes, all their threads together, in seconds: from Linux' table, elsewhere from `ps`. */
export function processorSeconds(pids: readonly number[]): number {
  return pids.map(secondsOf).reduce((sum, seconds) => sum + seconds, 0);
}

function secondsOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the program's name, which may hold anything: proc(5), fields 14 and 15.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    const text = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' });
    return text
      .trim()
      .split(/[-:]/)
      .reduce((sum, part) => sum * 60 + Number(part), 0);
  }
}

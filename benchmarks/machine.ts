import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** The machine, the engine and the sources that figures come from, in one line. */
export function machine(): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  const where = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${memory}, load ${load}`;
  return `${where}; Node ${process.versions.node} on ${process.platform}-${process.arch}; commit ${commit()}; ${new Date().toISOString()}`;
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

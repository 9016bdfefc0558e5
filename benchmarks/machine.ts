import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** Where and when figures were taken. */
export interface Machine {
  /** Processor, cores, memory, engine, platform. */
  readonly place: string;
  /** Load average of the minute before the benchmark began: above 0, others were at work too. */
  readonly loadBefore: string;
  /** Of the sources; ends in `+` when they were changed since. */
  readonly commit: string;
  readonly at: string;
}

const loadBefore = loadavg()[0]?.toFixed(1) ?? '?';

/** The machine, the engine and the sources that figures come from. */
export function machine(): Machine {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const processor = cpus()[0]?.model ?? 'unknown processor';
  return {
    place: `${processor}, ${availableParallelism()} cores, ${memory}; Node ${process.versions.node} on ${process.platform}-${process.arch}`,
    loadBefore,
    commit: commit(),
    at: new Date().toISOString().slice(0, 16).replace('T', ' '),
  };
}

function commit(): string {
  try {
    const head = git('rev-parse', '--short', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!docs', ':!benchmarks') === ''
      ? head
      : `${head}+`;
  } catch {
    return 'unknown';
  }
}

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

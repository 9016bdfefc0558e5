import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Milliseconds that a process has to end before it is killed. */
const patience = 20_000;

/** How a process of a benchmark is started. */
export interface Start {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it prints once it serves. */
  readonly ready: RegExp;
  readonly cwd?: string;
}

/** A process that was started and has said that it serves. */
export interface Running {
  readonly pid: number;
  /** What `ready` matched. */
  readonly said: RegExpExecArray;
  stop(): Promise<void>;
}

/** A folder and processes of one benchmark: all of it is gone when the benchmark ends, however it ends. */
export class Scratch {
  readonly folder: string;
  readonly #undo: (() => Promise<unknown>)[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  }

  /** Gives `work` a scratch and clears it away after, also after a failure or a signal. */
  static async use<T>(work: (scratch: Scratch) => Promise<T>): Promise<T> {
    const scratch = new Scratch(await mkdtemp(join(tmpdir(), 'dstore-bench-')));
    // A terminal and whoever forwards it may send the same signal twice.
    let ending: Promise<void> | undefined;
    const end = () => {
      ending ??= scratch.#clear().finally(() => process.exit(130));
    };
    process.on('SIGINT', end).on('SIGTERM', end);
    try {
      return await work(scratch);
    } catch (error) {
      // What ends under the work's feet makes it fail: not the reason why it ended.
      await ending;
      throw error;
    } finally {
      process.off('SIGINT', end).off('SIGTERM', end);
      await scratch.#clear();
    }
  }

  /** Has something undone at the end, the latest first. */
  defer(undo: () => Promise<unknown>): void {
    this.#undo.push(undo);
  }

  /** Starts a process and waits until it says that it serves; rejects with its last words when it ends instead. */
  async start({ program, args, env = {}, ready, cwd }: Start): Promise<Running> {
    const child = spawn(program, args, {
      env: { ...withoutSettings(process.env), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    const stop = () => end(child);
    this.defer(stop);
    return { pid: child.pid ?? 0, said: await said(child, ready, program), stop };
  }

  async #clear(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse())
      await undo().catch((error: unknown) => process.stderr.write(`left behind: ${String(error)}\n`));
  }
}

/** Says how far a benchmark is, beside its figures. */
export function progress(text: string): void {
  process.stderr.write(`… ${text}\n`);
}

/** Settings of whoever runs the benchmarks are not the benchmarks'. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('DSTORE_') && name !== 'NODE_CHANNEL_FD'),
  );
}

function said(child: ChildProcess, ready: RegExp, program: string): Promise<RegExpExecArray> {
  let text = '';
  return new Promise((resolve, reject) => {
    const hear = (piece: Buffer) => {
      text = `${text}${piece.toString()}`.slice(-8192);
      const found = ready.exec(text);
      if (found !== null) resolve(found);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}:\n${text}`)));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), patience);
  await ended.finally(() => clearTimeout(impatience));
}

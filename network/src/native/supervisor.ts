import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { NetworkFault } from '../fault.js';
import { isListening } from './ports.js';
import { environmentOf } from './process-environment.js';
import { writeDurably } from './write-durably.js';

/** A process that goes on after the command that started it has ended. */
export interface ProcessSpec {
  /** Unique in the network, such as `org1.peer`. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Ports that it will listen on; somebody else there is a fault before the start, not a riddle after it. */
  readonly ports: readonly number[];
}

/** Environment variable by which a process is known again, whatever its id was used for meanwhile. */
const marker = 'NETWORK_PROCESS';

/** Writes the process id before the program begins: a starter killed at any moment leaves no process without one. */
const launch = 'echo $$ > "$0.part" && mv "$0.part" "$0" && exec "$@"';

const patience = 15_000;

/** Starts, finds again and stops processes that outlive their starter, by pid files and logs below a folder. */
export class Supervisor {
  readonly #run: string;
  readonly #logs: string;

  constructor(folder: string) {
    this.#run = join(folder, 'run');
    this.#logs = join(folder, 'logs');
  }

  /** Where a process writes standard output and error. */
  logOf(name: string): string {
    return join(this.#logs, `${name}.log`);
  }

  /** Starts again what was started, not stopped, and runs no more. Answers whether it did. */
  async revive(name: string): Promise<boolean> {
    const text = await readFile(this.#specFile(name), 'utf8').catch(() => undefined);
    return text !== undefined && this.start(JSON.parse(text) as ProcessSpec);
  }

  /** Starts a process unless it runs. Answers whether it did. Throws NetworkFault when a port is taken. */
  async start(spec: ProcessSpec): Promise<boolean> {
    if ((await this.pidOf(spec.name)) !== undefined) return false;
    await insistOnFree(spec);
    for (const folder of [this.#run, this.#logs, spec.cwd])
      await mkdir(folder, { recursive: true, mode: 0o700 });
    const log = openSync(this.logOf(spec.name), 'a', 0o600);
    const pidFile = this.#pidFile(spec.name);
    await writeDurably(this.#specFile(spec.name), JSON.stringify(spec));
    await rm(pidFile, { force: true });
    const child = spawn('/bin/sh', ['-c', launch, pidFile, spec.program, ...spec.args], {
      cwd: spec.cwd,
      env: { PATH: process.env['PATH'], HOME: spec.cwd, no_proxy: '*', ...spec.env, [marker]: pidFile },
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    while ((await readPid(pidFile)) === undefined && child.exitCode === null) await setTimeout(2);
    return true;
  }

  /** The process id, undefined when it does not run. */
  async pidOf(name: string): Promise<number | undefined> {
    const pidFile = this.#pidFile(name);
    const pid = await readPid(pidFile);
    if (pid === undefined) return undefined;
    return (await environmentOf(pid)).includes(`${marker}=${pidFile}`) ? pid : undefined;
  }

  /** Names of processes that were started and not stopped, running or not. */
  async names(): Promise<string[]> {
    const files = await readdir(this.#run).catch(() => []);
    const names = files.flatMap((file) => /^(.+)\.(?:pid|json)$/.exec(file)?.[1] ?? []);
    return [...new Set(names)].sort();
  }

  /** Asks a process to end, kills it when it does not within 15 s, forgets it. */
  async stop(name: string): Promise<void> {
    const until = Date.now() + patience;
    let signal: NodeJS.Signals = 'SIGTERM';
    for (let asked = false; ;) {
      const pid = await this.pidOf(name);
      if (pid === undefined) break;
      if (Date.now() > until) signal = 'SIGKILL';
      if (!asked || signal === 'SIGKILL') send(pid, signal);
      asked = true;
      await setTimeout(20);
    }
    await rm(this.#specFile(name), { force: true });
    await rm(this.#pidFile(name), { force: true });
  }

  /** Sends a signal to a process, if it runs. */
  async signal(name: string, signal: NodeJS.Signals): Promise<void> {
    const pid = await this.pidOf(name);
    if (pid !== undefined) send(pid, signal);
  }

  #specFile(name: string): string {
    return join(this.#run, `${name}.json`);
  }

  #pidFile(name: string): string {
    return join(this.#run, `${name}.pid`);
  }
}

async function insistOnFree({ name, ports }: ProcessSpec): Promise<void> {
  for (const port of ports)
    if (await isListening(port))
      throw new NetworkFault(
        `${name} can't listen on port ${port} of 127.0.0.1: another program does`,
        'end that program, or give the organization another basePort in its org.yaml and run network:reset',
      );
}

async function readPid(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return /^\d+\n$/.test(text) ? Number(text) : undefined;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

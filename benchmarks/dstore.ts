import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Running, Scratch } from './scratch.js';
import { type Answer, transfer } from './transfer.js';

const pathTo = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** What scripts/run.mjs gives the process of `npm start`. */
const given = JSON.parse(readFileSync(pathTo('../../scripts/process.json'), 'utf8')) as {
  readonly env: Readonly<Record<string, string>>;
  readonly start: readonly string[];
};

/** What a server of objects offers to a benchmark. */
export interface Store {
  readonly name: string;
  /** The processes that it is made of. */
  readonly pids: readonly number[];
  put(key: string, bytes: number): Promise<Answer>;
  get(key: string): Promise<Answer>;
  remove(key: string): Promise<unknown>;
}

/** How DStore is started. */
export interface DstoreStart {
  /** Another program than the one `npm start` runs, and its arguments. */
  readonly program?: string;
  readonly args?: readonly string[];
  /** Folder that the process writes V8's CPU profiles into when it ends. */
  readonly profiles?: string;
  readonly home?: string;
}

/** What `npm start` runs: gateway, six file disks behind their doors, and the embedded ledger, in one process. */
export class Dstore implements Store {
  readonly name = 'DStore';
  readonly url: string;
  readonly token: string;
  readonly #running: Running;

  private constructor(running: Running) {
    this.#running = running;
    this.url = running.said[1] ?? '';
    this.token = running.said[2] ?? '';
  }

  static async start(scratch: Scratch, start: DstoreStart = {}): Promise<Dstore> {
    const { program = pathTo('../../application/dist/main.js'), args = [], profiles } = start;
    const profiling = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
    const running = await scratch.start({
      program: process.execPath,
      args: [...given.start, ...profiling, program, ...args],
      env: {
        ...given.env,
        DSTORE_HOME: start.home ?? `${scratch.folder}/dstore`,
        DSTORE_PORT: '0',
        DSTORE_LOG_LEVEL: 'warn',
      },
      ready: /export DSTORE_URL=(\S+) DSTORE_TOKEN=(\S+)/,
    });
    return new Dstore(running);
  }

  put(key: string, bytes: number): Promise<Answer> {
    return transfer({ method: 'PUT', ...this.#at(key), sends: bytes });
  }

  get(key: string): Promise<Answer> {
    return transfer({ method: 'GET', ...this.#at(key) });
  }

  /** Bytes `from` to `to` of an object, both counted. */
  range(key: string, from: number, to: number): Promise<Answer> {
    const { url, headers } = this.#at(key);
    return transfer({ method: 'GET', url, headers: { ...headers, range: `bytes=${from}-${to}` } });
  }

  remove(key: string): Promise<Answer> {
    return transfer({ method: 'DELETE', ...this.#at(key) });
  }

  /** An answer of REST. */
  async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    const answer = await fetch(`${this.url}${path}`, { ...init, headers: this.headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }

  get headers(): Record<string, string> {
    return { authorization: `Bearer ${this.token}` };
  }

  get pids(): readonly number[] {
    return [this.#running.pid];
  }

  /** Resident bytes of the process now. */
  get residentBytes(): number {
    return residentBytes(this.#running.pid);
  }

  /** The address of an object, and what must be sent with a request to it. */
  urlOf(key: string): string {
    return `${this.url}/v1/buckets/demo/objects/${key}`;
  }

  stop(): Promise<void> {
    return this.#running.stop();
  }

  #at(key: string): { readonly url: string; readonly headers: Record<string, string> } {
    return { url: this.urlOf(key), headers: this.headers };
  }
}

/** The reference that needs nothing but Node. */
export class PlainServer implements Store {
  readonly name = 'plain server';
  readonly url: string;
  readonly pids: readonly number[];

  private constructor(url: string, pid: number) {
    this.url = url;
    this.pids = [pid];
  }

  static async start(scratch: Scratch): Promise<PlainServer> {
    const running = await scratch.start({
      program: process.execPath,
      args: [pathTo('plain-server.js'), scratch.folder],
      ready: /serves (\S+)/,
    });
    return new PlainServer(running.said[1] ?? '', running.pid);
  }

  put(key: string, bytes: number): Promise<Answer> {
    return transfer({ method: 'PUT', url: this.urlOf(key), sends: bytes });
  }

  get(key: string): Promise<Answer> {
    return transfer({ method: 'GET', url: this.urlOf(key) });
  }

  range(key: string, from: number, to: number): Promise<Answer> {
    return transfer({ method: 'GET', url: this.urlOf(key), headers: { range: `bytes=${from}-${to}` } });
  }

  remove(key: string): Promise<Answer> {
    return transfer({ method: 'DELETE', url: this.urlOf(key) });
  }

  urlOf(key: string): string {
    return `${this.url}/${key}`;
  }
}

/** Resident bytes of a process: from Linux' table, elsewhere from `ps`. */
export function residentBytes(pid: number): number {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) * 1024;
  } catch {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
  }
}

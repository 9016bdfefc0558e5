import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const main = join(root, 'application', 'dist', 'main.js');

/** What `npm start` runs, as a process of its own: started, asked, killed. */
export class GatewayProcess {
  readonly url: string;
  readonly token: string;
  /** Everything it wrote to standard output and error. */
  readonly output: string[];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, output: string[], url: string, token: string) {
    this.#child = child;
    this.output = output;
    this.url = url;
    this.token = token;
  }

  /** Resolves once the first screen is printed; rejects with what was printed when the process ends before. */
  static async start(home: string, env: Record<string, string> = {}): Promise<GatewayProcess> {
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      env: { ...withoutSettings(process.env), DSTORE_HOME: home, DSTORE_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    const lines = createInterface({ input: child.stdout });
    createInterface({ input: child.stderr }).on('line', (line) => output.push(line));
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${output.join('\n')}`)));
      lines.on('line', (line) => {
        output.push(line);
        const [, url, token] = /^export DSTORE_URL=(\S+) DSTORE_TOKEN=(\S+)$/.exec(line) ?? [];
        if (url !== undefined && token !== undefined) resolve(new GatewayProcess(child, output, url, token));
      });
    });
  }

  /** Kills it as a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to end; answers its exit code. */
  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill(signal);
      await ended;
    }
    return this.#child.exitCode;
  }

  /** A JSON answer of REST. */
  async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    const answer = await this.fetch(path, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** Any answer of REST. */
  fetch(path: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.token}`, ...(init.headers as Record<string, string>) };
    return fetch(`${this.url}${path}`, { ...init, headers });
  }
}

/** Settings of whoever runs the tests are not the tests'. */
export function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('DSTORE_')));
}

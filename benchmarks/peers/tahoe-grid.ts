import { runProgram } from '@dstore/network/program.js';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Store } from '../dstore.js';
import { progress, type Scratch } from '../scratch.js';
import { type Answer, transfer } from '../transfer.js';
import { freePort } from './free-port.js';
import { tahoeProgram } from './install.js';

const servers = 6;
const shares = ['--shares-needed=4', '--shares-happy=6', '--shares-total=6'];
/** Looks for the servers, a second each. */
const looks = 120;

/** A Tahoe-LAFS grid on loopback: an introducer, six storage servers, and a client whose web API is asked. Encrypts, 4 of 6. */
export class Tahoe implements Store {
  readonly name = 'Tahoe-LAFS';
  readonly pids: readonly number[];
  readonly #origin: string;
  readonly #capabilities = new Map<string, string>();

  private constructor(origin: string, pids: readonly number[]) {
    this.#origin = origin;
    this.pids = pids;
  }

  static async start(scratch: Scratch): Promise<Tahoe> {
    const folder = join(scratch.folder, 'tahoe');
    await mkdir(folder);
    const grid = new Grid(scratch, folder, await tahoeProgram());
    progress('starting a Tahoe grid of six servers');
    await grid.create('create-introducer', 'introducer', await listening());
    await grid.run('introducer');
    const furl = (await readFile(join(folder, 'introducer', 'private', 'introducer.furl'), 'utf8')).trim();
    for (let at = 1; at <= servers; at += 1) {
      const place = [...(await listening()), '--introducer', furl, '--webport='];
      await grid.create('create-node', `server${at}`, place);
      await grid.run(`server${at}`);
    }
    const port = await freePort();
    const webport = `--webport=tcp:${port}:interface=127.0.0.1`;
    await grid.create('create-client', 'client', ['--introducer', furl, webport, ...shares]);
    await grid.run('client');
    const tahoe = new Tahoe(`http://127.0.0.1:${port}`, grid.pids);
    await tahoe.#connected();
    return tahoe;
  }

  async put(key: string, bytes: number): Promise<Answer> {
    const answer = await transfer({ method: 'PUT', url: `${this.#origin}/uri`, sends: bytes });
    this.#capabilities.set(key, answer.text.trim());
    return answer;
  }

  get(key: string): Promise<Answer> {
    const capability = encodeURIComponent(this.#capabilities.get(key) ?? '');
    return transfer({ method: 'GET', url: `${this.#origin}/uri/${capability}` });
  }

  /** Immutable files end with their leases; here, with the scratch. */
  async remove(key: string): Promise<void> {
    this.#capabilities.delete(key);
  }

  async #connected(): Promise<void> {
    for (let look = 0; look < looks; look += 1) {
      const answer = await fetch(`${this.#origin}/?t=json`);
      const known = ((await answer.json()) as { servers: { connection_status: string }[] }).servers;
      if (known.filter((one) => /^connected/i.test(one.connection_status)).length >= servers) return;
      await sleep(1000);
    }
    throw new Error('the Tahoe client did not find its six servers');
  }
}

class Grid {
  readonly #scratch: Scratch;
  readonly #folder: string;
  readonly #program: string;
  readonly pids: number[] = [];

  constructor(scratch: Scratch, folder: string, program: string) {
    this.#scratch = scratch;
    this.#folder = folder;
    this.#program = program;
  }

  async create(verb: string, name: string, args: readonly string[]): Promise<void> {
    await runProgram(this.#program, [verb, `--basedir=${join(this.#folder, name)}`, ...args]);
  }

  async run(name: string): Promise<void> {
    const { pid } = await this.#scratch.start({
      program: this.#program,
      // Without the flag it ends at once where standard input is closed.
      args: ['run', '--allow-stdin-close', `--basedir=${join(this.#folder, name)}`],
      ready: /(?:client|introducer|node) running/i,
    });
    this.pids.push(pid);
  }
}

async function listening(): Promise<string[]> {
  const port = await freePort();
  return [`--port=tcp:${port}:interface=127.0.0.1`, `--location=tcp:127.0.0.1:${port}`];
}

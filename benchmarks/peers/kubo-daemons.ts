import { type KuboConfig, privateConfig } from '@dstore/network/native/kubo-daemon.js';
import { runProgram } from '@dstore/network/program.js';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Scratch } from '../scratch.js';
import { freePort } from './free-port.js';
import { kuboProgram } from './install.js';

/** Where a Kubo daemon listens. */
export interface Daemon {
  readonly rpc: string;
  readonly gateway: string;
  readonly pid: number;
}

const capacityBytes = 20n << 30n;

/** Private Kubo daemons, set up as the native network does it: flatfs with sync, no strangers. */
export async function kuboDaemons(scratch: Scratch, count: number): Promise<Daemon[]> {
  const program = await kuboProgram();
  const swarm = `/key/swarm/psk/1.0.0/\n/base16/\n${randomBytes(32).toString('hex')}\n`;
  return Promise.all(Array.from({ length: count }, (_, at) => start(scratch, program, swarm, at)));
}

async function start(scratch: Scratch, program: string, swarm: string, at: number): Promise<Daemon> {
  const folder = join(scratch.folder, `kubo${at + 1}`);
  await mkdir(folder);
  await runProgram(program, ['init', '--profile=server', '--empty-repo'], { env: { IPFS_PATH: folder } });
  const config = JSON.parse(await readFile(join(folder, 'config'), 'utf8')) as KuboConfig;
  const ports = { swarm: await freePort(), rpc: await freePort(), gateway: await freePort() };
  const own = privateConfig(config, { ports, capacityBytes });
  await writeFile(join(folder, 'config'), JSON.stringify(own));
  await writeFile(join(folder, 'swarm.key'), swarm);
  const { pid } = await scratch.start({
    program,
    args: ['daemon', '--migrate=false'],
    env: { IPFS_PATH: folder, LIBP2P_FORCE_PNET: '1', IPFS_TELEMETRY: 'off' },
    ready: /Daemon is ready/,
  });
  return { rpc: `http://127.0.0.1:${ports.rpc}`, gateway: `http://127.0.0.1:${ports.gateway}`, pid };
}

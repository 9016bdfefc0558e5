import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { NetworkFault } from '../fault.js';
import { type EpochTimes, epochTimes, NativeNetwork } from '../native/index.js';
import type { Supervisor } from '../native/supervisor.js';
import { type Environment, readyToolchain } from '../toolchain/index.js';
import { channel, type CommandContext, networkFolder, organizations, ownLaw } from './place.js';

/** How a network is opened other than the command does. */
export interface OpenWishes {
  /** Fabric and Kubo only. */
  readonly bare?: boolean;
  /** How far clocks may be apart; what the epochs allow by default. */
  readonly timeWindowSeconds?: number;
  /** Who starts the processes, and starts them again; this machine and its watch by default. */
  readonly supervisor?: Supervisor;
}

/** The network of this repository's organizations in the home of the environment; servers are built if need be. */
export async function openNetwork(
  { environment, say }: Pick<CommandContext, 'environment' | 'say'>,
  { bare = false, timeWindowSeconds, supervisor }: OpenWishes = {},
): Promise<NativeNetwork> {
  if (process.platform === 'win32') throw new NetworkFault(...notHere);
  const times = timesIn(environment);
  const watch = supervisor === undefined ? { watch: watchSpec(environment) } : {};
  const on = { application: { ...application, times }, ...watch };
  return new NativeNetwork({
    folder: networkFolder(environment),
    channel,
    orgs: await organizations(environment),
    toolchain: await readyToolchain(environment, say),
    law: ownLaw(),
    definition: { name: 'dstore', version: '1', sequence: 1 },
    timeWindowSeconds: timeWindowSeconds ?? times.timeWindowSeconds,
    ...(bare ? {} : on),
    say,
    ...(supervisor === undefined ? {} : { supervisor }),
  });
}

const compiled = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const application = {
  serve: compiled('../../../application/dist/serve.js'),
  found: compiled('../../../application/dist/found.js'),
};

/** DSTORE_EPOCH_SECONDS shortens epochs; it counts when a consortium is founded. */
function timesIn(environment: Environment): EpochTimes {
  const given = environment['DSTORE_EPOCH_SECONDS'];
  try {
    return epochTimes(given === undefined ? undefined : Number(given));
  } catch {
    throw new NetworkFault(`DSTORE_EPOCH_SECONDS: "${given}"`, 'give whole seconds, 10 or more');
  }
}

/** The watch is this very command in a process of its own. */
function watchSpec(environment: Environment) {
  const names = ['DSTORE_HOME', 'DSTORE_ORGANIZATIONS'] as const;
  const env = Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, resolve(value)]];
    }),
  );
  return { program: process.execPath, args: [compiled('./main.js'), 'watch'], env };
}

const notHere = [
  'Fabric and Kubo as processes need Linux or macOS',
  'use the Windows Subsystem for Linux, or npm start for the embedded network',
] as const;

import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { NetworkFault } from '../fault.js';
import { buildPart, type Say } from './build-part.js';
import { cacheFolder, type Environment } from './cache.js';
import { findPrograms } from './find-programs.js';
import { findGo, type Go } from './go.js';
import { type Part, parts, type ProgramName, type Programs } from './parts.js';

/** The servers, ready to be started. */
export interface Toolchain {
  readonly programs: Programs;
  /** A folder with Fabric's own core.yaml and orderer.yaml. */
  readonly samples: string;
}

/**
 * Finds the servers in FABRIC_BIN, on PATH or in the cache, and builds what is missing. `say` hears what is taken from
 * where. Throws NetworkFault when something can be neither found nor built.
 */
export async function readyToolchain(environment: Environment, say: Say): Promise<Toolchain> {
  const found: [ProgramName, string][] = [];
  const go = once(() => findGo(parts));
  let samples: string | undefined;
  for (const part of parts) {
    const folder = await folderOf(part, environment, go, say);
    found.push(...part.programs.map((name): [ProgramName, string] => [name, join(folder, name)]));
    if (part.name === 'fabric') samples = await samplesBeside(folder, environment);
  }
  if (samples === undefined) throw new Error('there is no part named fabric');
  return { programs: Object.fromEntries(found) as Programs, samples };
}

async function folderOf(
  part: Part,
  environment: Environment,
  go: () => Promise<Go>,
  say: Say,
): Promise<string> {
  const elsewhere = await findPrograms(part, environment, say);
  if (elsewhere !== undefined) {
    say(`${part.title}: taken from ${elsewhere}`);
    return elsewhere;
  }
  const folder = await cacheFolder(part, environment);
  if (!(await isThere(folder))) await buildPart(part, folder, await go(), say);
  return join(folder, 'bin');
}

/** Releases of Fabric unpack into `bin` and `config`, and so does the cache. */
async function samplesBeside(folder: string, environment: Environment): Promise<string> {
  const folders = [environment['FABRIC_CFG_PATH'], join(dirname(folder), 'config')];
  for (const candidate of folders)
    if (candidate !== undefined && (await isThere(join(candidate, 'core.yaml')))) return candidate;
  throw new NetworkFault(
    `there is no core.yaml for the Fabric in ${folder}`,
    'put the config folder of the same release beside it, or name it in FABRIC_CFG_PATH',
  );
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

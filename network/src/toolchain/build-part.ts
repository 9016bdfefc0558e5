import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { NetworkFault } from '../fault.js';
import { ProgramFailed, runProgram } from '../program.js';
import { moduleFolder } from './cache.js';
import type { Go } from './go.js';
import type { Part } from './parts.js';

/** Hears lines for people. */
export type Say = (line: string) => void;

/** Compiled packages between two lines of progress. */
const stride = 200;

/**
 * Builds a part into a folder: programs in `bin`, for Fabric its sample configuration in `config`. The folder
 * appears whole or not at all. Throws NetworkFault when Go fails.
 */
export async function buildPart(part: Part, folder: string, go: Go, say: Say): Promise<void> {
  const scratch = `${folder}.part-${process.pid}`;
  await mkdir(join(scratch, 'bin'), { recursive: true });
  try {
    say(`${part.title} ${part.version}: building ${part.programs.join(', ')} …`);
    await compile(part, join(scratch, 'bin'), go, say);
    if (part.name === 'fabric') await copySamples(part, join(scratch, 'config'), go);
    await rm(folder, { recursive: true, force: true });
    await rename(scratch, folder);
  } catch (error) {
    throw error instanceof ProgramFailed ? failed(part, error) : error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function compile(part: Part, folder: string, go: Go, say: Say): Promise<void> {
  let packages = 0;
  const packagePaths = part.programs.map((name) => `${part.packages}/${name}`);
  const flags = ['-v', '-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', part.ldflags];
  await runProgram(go.program, ['build', ...flags, '-o', `${folder}/`, ...packagePaths], {
    cwd: moduleFolder(part),
    env: goEnvironment(part),
    onLine: (line) => {
      if (line.startsWith('go: downloading')) return;
      packages += 1;
      if (packages % stride === 0) say(`${part.title}: ${packages} packages compiled`);
    },
  });
}

/** Base files of FABRIC_CFG_PATH: peer and orderer want them whole, and take the rest from their environment. */
async function copySamples(part: Part, folder: string, go: Go): Promise<void> {
  const { stdout } = await runProgram(go.program, ['list', '-m', '-f', '{{.Dir}}', part.module], {
    cwd: moduleFolder(part),
    env: goEnvironment(part),
  });
  await mkdir(folder, { recursive: true });
  for (const name of ['core.yaml', 'orderer.yaml'])
    await copyFile(join(stdout.trim(), 'sampleconfig', name), join(folder, name));
}

const passedOn = [
  'GOPROXY',
  'GOSUMDB',
  'GOMODCACHE',
  'GOCACHE',
  'GOPATH',
  'GONOSUMDB',
  'GOPRIVATE',
  'TMPDIR',
];

function goEnvironment(part: Part): Record<string, string> {
  const given = passedOn.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(given), CGO_ENABLED: part.cgo ? '1' : '0', GOFLAGS: '' };
}

function failed(part: Part, error: ProgramFailed): NetworkFault {
  const fix = /gcc|C compiler|cgo:/.test(error.output)
    ? 'install a C compiler (gcc); SQLite inside Fabric CA needs one'
    : /dial tcp|lookup |proxyconnect|timeout/.test(error.output)
      ? 'see that Go reaches its module proxy (GOPROXY), then run npm run network:build again'
      : 'read the lines above, then run npm run network:build again; what was compiled is kept';
  return new NetworkFault(`${part.title} was not built: ${error.message}`, fix, { cause: error });
}

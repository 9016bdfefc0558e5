import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { NetworkFault } from '../fault.js';
import { ProgramFailed, runProgram } from '../program.js';
import { moduleFolder } from './cache.js';
import type { Part } from './parts.js';
import { compareVersions, findVersion, formatVersion, type Version } from './version.js';

/** Go, as the machine has it. */
export interface Go {
  readonly program: string;
  readonly version: Version;
}

/** The Go on PATH. Throws NetworkFault when there is none, or one older than the parts ask for. */
export async function findGo(parts: readonly Part[], program = 'go'): Promise<Go> {
  const needed = await neededVersion(parts);
  const version = findVersion(await askGo(program, needed));
  if (version === undefined) throw missing(needed, `${program} does not say its version`);
  if (compareVersions(version, needed) < 0)
    throw missing(
      needed,
      `the Go on PATH is ${formatVersion(version)}; the servers need ${formatVersion(needed)}`,
    );
  return { program, version };
}

async function askGo(program: string, needed: Version): Promise<string> {
  try {
    // Without GOTOOLCHAIN=local an old Go would answer with the version of one that it downloads first.
    return (await runProgram(program, ['env', 'GOVERSION'], { env: { GOTOOLCHAIN: 'local' } })).stdout;
  } catch (error) {
    if (!(error instanceof ProgramFailed)) throw error;
    throw missing(needed, 'there is no Go on PATH to build the servers with');
  }
}

async function neededVersion(parts: readonly Part[]): Promise<Version> {
  let needed: Version = [1, 0, 0];
  for (const part of parts) {
    const text = await readFile(join(moduleFolder(part), 'go.mod'), 'utf8');
    const version = findVersion(/^go .*$/m.exec(text)?.[0] ?? '');
    if (version !== undefined && compareVersions(version, needed) > 0) needed = version;
  }
  return needed;
}

function missing(needed: Version, message: string): NetworkFault {
  const want = formatVersion(needed);
  return new NetworkFault(
    message,
    `install Go ${want} or newer (https://go.dev/dl), or name a folder of ready binaries in FABRIC_BIN`,
  );
}

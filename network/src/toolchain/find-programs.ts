import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { runProgram } from '../program.js';
import type { Environment } from './cache.js';
import type { Part } from './parts.js';
import { findVersion, formatVersion, isWithin } from './version.js';
import type { Say } from './build-part.js';

/** A folder that holds every program of a part in a version that fits; undefined when there is none. */
export async function findPrograms(
  part: Part,
  environment: Environment,
  say: Say,
): Promise<string | undefined> {
  for (const folder of foldersOf(environment)) {
    if (!(await holdsAll(part, folder))) continue;
    const version = findVersion(await answerOf(part, folder));
    if (version !== undefined && isWithin(version, part.version, part.below)) {
      if (part.name === 'fabric') await cautionAbout(join(folder, 'orderer'), say);
      return folder;
    }
    const found = version === undefined ? 'an unknown version' : formatVersion(version);
    say(
      `${part.title} in ${folder} is ${found}; ${part.version} up to ${part.below} fits, so it is passed over`,
    );
  }
  return undefined;
}

/** With an older one an orderer that was away may stay behind for good. */
const firstGoodSmartBft = '1.0.1';

/** Go writes into a program which modules it was built from. */
async function cautionAbout(orderer: string, say: Say): Promise<void> {
  const bytes = await readFile(orderer, 'latin1');
  const [, tag] = /hyperledger-labs\/SmartBFT\tv(\d+\.\d+\.\d+)/.exec(bytes) ?? [];
  const version = findVersion(tag ?? '');
  if (version !== undefined && !isWithin(version, firstGoodSmartBft, '2.0.0'))
    say(
      `${orderer} carries SmartBFT ${tag}: below ${firstGoodSmartBft} an orderer that was away may stay behind`,
    );
}

function foldersOf(environment: Environment): string[] {
  const path = (environment['PATH'] ?? '').split(delimiter);
  return [environment['FABRIC_BIN'] ?? '', ...path].filter((folder) => folder !== '');
}

async function holdsAll(part: Part, folder: string): Promise<boolean> {
  try {
    await Promise.all(part.programs.map((name) => access(join(folder, name), constants.X_OK)));
    return true;
  } catch {
    return false;
  }
}

async function answerOf(part: Part, folder: string): Promise<string> {
  const [program, argument] = part.ask;
  const asked = runProgram(join(folder, program), [argument], { env: { FABRIC_CFG_PATH: folder } });
  return asked.then(({ stdout, stderr }) => `${stdout}\n${stderr}`).catch(() => '');
}

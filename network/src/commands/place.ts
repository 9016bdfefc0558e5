import { type Org, readOrgs } from '@dstore/organizations';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Law } from '../native/index.js';
import type { Environment, Say } from '../toolchain/index.js';

/** What every command is told. */
export interface CommandContext {
  readonly environment: Environment;
  /** Arguments after the verb. */
  readonly args: readonly string[];
  /** Progress and problems, for people. */
  readonly say: Say;
  /** What was asked for. */
  readonly print: Say;
}

/** Name of the channel. */
export const channel = 'dstore';

/** Everything a native network keeps, below the home that DSTORE_HOME names. */
export function networkFolder(environment: Environment): string {
  return join(resolve(environment['DSTORE_HOME'] ?? 'data'), 'network', 'native');
}

const ownOrganizations = fileURLToPath(new URL('../../../organizations', import.meta.url));

/** The organizations in the folder that DSTORE_ORGANIZATIONS names, or this repository's. Throws OrgFileFaults. */
export function organizations(environment: Environment): Promise<Org[]> {
  const given = environment['DSTORE_ORGANIZATIONS'];
  return readOrgs(given === undefined ? ownOrganizations : resolve(given));
}

/** The chaincode of this repository. */
export function ownLaw(): Law {
  const main = createRequire(import.meta.url).resolve('@dstore/chaincode');
  const probe = ['LedgerContract:Read', '{"kind":"epoch","parts":[]}'] as const;
  return { label: 'dstore', folder: dirname(dirname(main)), slot: 0, probe };
}

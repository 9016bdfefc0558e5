import { openNetwork } from '@dstore/network/commands/open-network.js';
import type { NativeNetwork } from '@dstore/network/native';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { writeOrgs } from './org-folder.js';

/** A network of four organizations in a fresh home, with the real law. */
export interface RunningNetwork {
  readonly folder: string;
  readonly network: NativeNetwork;
  readonly organizations: readonly string[];
  close(): Promise<void>;
}

/** Brings it up; prints how long each step takes. */
export async function bringUp(): Promise<RunningNetwork> {
  const folder = await mkdtemp(join(tmpdir(), 'dstore-native-'));
  const organizations = await writeOrgs(join(folder, 'organizations'), 4);
  const say = (line: string) => console.log(`      ${line}`);
  const environment = {
    ...process.env,
    DSTORE_HOME: folder,
    DSTORE_ORGANIZATIONS: join(folder, 'organizations'),
  };
  const network = await openNetwork({ environment, say }, { bare: true, timeWindowSeconds: 10 });
  const close = async () => {
    await network.down();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await network.up();
  } catch (error) {
    await close();
    throw error;
  }
  return { folder, network, organizations, close };
}

import { access, mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { runProgram } from '../program.js';
import type { Toolchain } from '../toolchain/index.js';
import { channelConfig, profile } from './channel-config.js';
import type { OrgSeat } from './layout.js';
import { writeDurably } from './write-durably.js';

/** What all processes and commands of a network share on disk. */
export interface Shared {
  /** FABRIC_CFG_PATH: Fabric's own core.yaml and orderer.yaml, our configtx.yaml. */
  readonly config: string;
  readonly genesisBlock: string;
  readonly channel: string;
}

/** Where they lie below the network's folder. */
export function sharedOf(networkFolder: string, channel: string): Shared {
  return {
    config: join(networkFolder, 'config'),
    genesisBlock: join(networkFolder, `${channel}.block`),
    channel,
  };
}

/** Makes the channel's first block, once: orderers that have joined hold to the one they joined with. */
export async function keepGenesis(
  shared: Shared,
  { programs, samples }: Toolchain,
  seats: readonly OrgSeat[],
): Promise<void> {
  await mkdir(shared.config, { recursive: true, mode: 0o700 });
  for (const name of ['core.yaml', 'orderer.yaml'])
    // Not as a copy: Go keeps its modules read-only, and what is may not be written a second time.
    await writeDurably(join(shared.config, name), await readFile(join(samples, name)));
  const isMade = await access(shared.genesisBlock).then(
    () => true,
    () => false,
  );
  if (isMade) return;
  await writeDurably(
    join(shared.config, 'configtx.yaml'),
    JSON.stringify(channelConfig(seats), undefined, 2),
  );
  const part = `${shared.genesisBlock}.part`;
  const args = ['-profile', profile, '-channelID', shared.channel, '-outputBlock', part];
  await runProgram(programs.configtxgen, args, { env: { FABRIC_CFG_PATH: shared.config } });
  await rename(part, shared.genesisBlock);
}

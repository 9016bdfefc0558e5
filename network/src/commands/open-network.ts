import { NetworkFault } from '../fault.js';
import { NativeNetwork } from '../native/index.js';
import { readyToolchain } from '../toolchain/index.js';
import { channel, type CommandContext, networkFolder, organizations, ownLaw } from './place.js';

/** The network of this repository's organizations in the home of the environment; servers are built if need be. */
export async function openNetwork(
  { environment, say }: Pick<CommandContext, 'environment' | 'say'>,
  { timeWindowSeconds = 120 }: { timeWindowSeconds?: number } = {},
): Promise<NativeNetwork> {
  if (process.platform === 'win32') throw new NetworkFault(...notHere);
  return new NativeNetwork({
    folder: networkFolder(environment),
    channel,
    orgs: await organizations(environment),
    toolchain: await readyToolchain(environment, say),
    law: ownLaw(),
    definition: { name: 'dstore', version: '1', sequence: 1 },
    timeWindowSeconds,
    say,
  });
}

const notHere = [
  'Fabric and Kubo as processes need Linux or macOS',
  'use the Windows Subsystem for Linux, or npm start for the embedded network',
] as const;

import { join } from 'node:path';
import { FileBeaconSecrets } from './adapters/file/file-beacon-secrets.js';
import { SystemClock } from './adapters/system/system-clock.js';
import { SystemRandom } from './adapters/system/system-random.js';
import { openDisks } from './compose-disks.js';
import { openGateway } from './compose-gateway.js';
import type { OrganizationConfig } from './organization-config.js';
import { OrganizationMembers } from './organization-members.js';
import type { Log } from './ports/log.js';
import { KeepAnchor } from './use-cases/keep-anchor.js';
import { TurnEpoch } from './use-cases/turn-epoch.js';
import { Crew } from './workers/crew.js';
import { anchorDuty, epochDuty } from './workers/rota.js';
import type { Surroundings } from './workers/worker.js';

/** An organization's roles at work. */
export interface RunningOrganization {
  /** Of REST, with the role gateway. */
  readonly url: string | undefined;
  /** Ends everything in the order opposite to its start. */
  close(): Promise<void>;
}

/** Where the secrets of an organization's anchors lie. */
export const beaconFolder = (dataDir: string) => join(dataDir, 'beacon');

/** Wires one organization's roles against a Fabric network: keeper, disks, gateway, as the settings say. */
export async function startOrganization(
  config: OrganizationConfig,
  { version, log }: { readonly version: string; readonly log: Log },
): Promise<RunningOrganization> {
  const around = { clock: new SystemClock(), random: new SystemRandom(), log, version };
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const act of closers.splice(0).reverse()) await act();
  };
  try {
    const members = await OrganizationMembers.open(config);
    closers.push(async () => members.close());
    await keepEpochs(config, members, around, closers);
    await openDisks(config, members, around, closers);
    const url = await openGateway(config, members, around, closers);
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function keepEpochs(
  { roles, admin: files, dataDir }: OrganizationConfig,
  members: OrganizationMembers,
  around: Surroundings,
  closers: (() => Promise<void>)[],
): Promise<void> {
  if (files === undefined || !roles.includes('keeper')) return;
  const { ledger } = await members.member(files);
  const secrets = new FileBeaconSecrets(beaconFolder(dataDir));
  const crew = new Crew(
    ledger,
    [
      epochDuty(new TurnEpoch(ledger, around.clock, secrets), around),
      anchorDuty(new KeepAnchor(ledger, secrets, around.random), around),
    ],
    around,
  );
  crew.start();
  closers.push(() => crew.stop());
}

import { randomBytes } from 'node:crypto';
import { readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';

import { type KuboConfig, type KuboDisk, kuboDisks, kuboProcess, privateConfig } from '../kubo-daemon.js';
import { environmentOf } from '../process-environment.js';
import type { Ground } from './ground.js';
import { fail, type Flaw, type Outcome, type Point, warn } from './point.js';

/** What is known of a Kubo daemon. */
export interface DaemonView {
  readonly name: string;
  /** Sections of its configuration that differ from what the network wrote. */
  readonly changed: readonly string[];
  /** Whether its swarm key is the network's, and it was started to insist on one. */
  readonly isPrivate: boolean;
  /** Why it did not answer for a block that nobody has; undefined when it said at once that it has none. */
  readonly silence: string | undefined;
  /** Bytes that its offer still promises, and that its file system has. */
  readonly promisedBytes: number;
  readonly freeBytes: number;
}

/** Point 15: Kubo daemons keep what they took, ask nobody for more, and have room for their offers. */
export const kubo: Point = {
  number: 15,
  title: 'Kubo',
  look: async (ground) => {
    const disks = ground.network.seats.flatMap(kuboDisks);
    if (disks.length === 0) return { skipped: 'no disk is a Kubo daemon' };
    return judgeDaemons(await Promise.all(disks.map((disk) => viewOf(ground, disk))));
  },
};

/** Says which daemons were changed, are open to strangers, silent or too full for their offers. */
export function judgeDaemons(views: readonly DaemonView[]): Outcome {
  const flaws = views.flatMap(({ name, changed, isPrivate, silence, promisedBytes, freeBytes }): Flaw[] => [
    ...changed.map((section) =>
      fail(`${name}: ${section} was changed`, `set ${section} as privateConfig in kubo-daemon.ts does`),
    ),
    ...(isPrivate
      ? []
      : [fail(`${name} has another swarm key or none`, "put the network's swarm.key into its repository")]),
    ...(silence === undefined
      ? []
      : [fail(`${name} does not answer: ${silence}`, 'npm run network:up starts it')]),
    ...(promisedBytes <= freeBytes
      ? []
      : [warn(`${name} offers more than its file system has`, 'make room, or offer less')]),
  ]);
  return { says: `${views.length} daemons`, flaws };
}

/** Sections of a configuration in which it is not what the network makes of it, which keeps the order of names. */
export function changedSections(config: KuboConfig, disk: KuboDisk): string[] {
  const meant = privateConfig(config, disk);
  return Object.keys(meant).filter(
    (section) => JSON.stringify(meant[section]) !== JSON.stringify(config[section]),
  );
}

async function viewOf({ folder, network: { supervisor } }: Ground, disk: KuboDisk): Promise<DaemonView> {
  const config = JSON.parse(await readFile(join(disk.folder, 'config'), 'utf8')) as KuboConfig;
  const pid = await supervisor.pidOf(kuboProcess(disk));
  const insists = pid !== undefined && (await environmentOf(pid)).includes('LIBP2P_FORCE_PNET=1');
  const [key, swarm] = await Promise.all(
    [join(disk.folder, 'swarm.key'), join(folder, 'swarm-secret')].map((path) => readFile(path, 'utf8')),
  );
  const { bavail, bsize } = await statfs(disk.folder);
  const usedBytes = await usedBy(disk).catch(() => 0);
  return {
    name: kuboProcess(disk),
    changed: changedSections(config, disk),
    isPrivate: insists && key?.trim().split('\n').at(-1) === swarm?.trim(),
    silence: await silenceOf(disk),
    promisedBytes: Number(disk.capacityBytes) - usedBytes,
    freeBytes: bavail * bsize,
  };
}

const patience = () => AbortSignal.timeout(3_000);

async function usedBy({ ports }: KuboDisk): Promise<number> {
  const url = `http://127.0.0.1:${ports.rpc}/api/v0/repo/stat?size-only=true`;
  const answer = await fetch(url, { method: 'POST', signal: patience() });
  return ((await answer.json()) as { RepoSize: number }).RepoSize;
}

/** CIDv1 in base16, raw, BLAKE3, of a block that does not exist. */
const nobodysBlock = () => `f01551e20${randomBytes(32).toString('hex')}`;

async function silenceOf({ ports }: KuboDisk): Promise<string | undefined> {
  try {
    const url = `http://127.0.0.1:${ports.gateway}/ipfs/${nobodysBlock()}?format=raw`;
    const { status } = await fetch(url, { signal: patience() });
    return status === 404 ? undefined : `status ${status} for a block that does not exist`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

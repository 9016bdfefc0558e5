import { access, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { runProgram } from '../program.js';
import type { Programs } from '../toolchain/index.js';
import type { OrgSeat } from './layout.js';
import { isListening } from './ports.js';
import { secretIn } from './secret-file.js';
import type { ProcessSpec, Supervisor } from './supervisor.js';
import { untilReady } from './wait.js';
import { writeDurably } from './write-durably.js';

/** A disk that is a Kubo daemon of its own. */
export interface KuboDisk {
  readonly seat: OrgSeat;
  readonly disk: string;
  readonly capacityBytes: bigint;
  /** Its repository. */
  readonly folder: string;
  readonly ports: { readonly swarm: number; readonly rpc: number; readonly gateway: number };
}

/** Name of a Kubo daemon among the processes. */
export const kuboProcess = ({ seat, disk }: KuboDisk) => `${seat.name}.kubo.${disk}`;

/** The disks of an organization that are Kubo daemons, with a port each for swarm, RPC and gateway. */
export function kuboDisks(seat: OrgSeat): KuboDisk[] {
  const disks = seat.org.sites.flatMap((site) => site.disks).filter(({ store }) => store === 'kubo');
  return disks.map(({ disk, capacityBytes }, at) => {
    const port = seat.ports.kubo + 3 * at;
    const ports = { swarm: port, rpc: port + 1, gateway: port + 2 };
    return { seat, disk, capacityBytes, folder: join(seat.folder, 'kubo', disk), ports };
  });
}

/** Makes a daemon's repository if it is not there, and starts it. Nothing of it is reachable from outside. */
export async function startKubo(
  supervisor: Supervisor,
  programs: Programs,
  networkFolder: string,
  disk: KuboDisk,
): Promise<void> {
  await keepRepository(programs.ipfs, networkFolder, disk);
  await supervisor.start(kuboSpec(programs, disk));
  await untilReady(supervisor, kuboProcess(disk), () => isListening(disk.ports.gateway));
}

/** How a daemon is started: it insists on a swarm key and says nothing to its makers. */
export function kuboSpec({ ipfs }: Programs, disk: KuboDisk): ProcessSpec {
  return {
    name: kuboProcess(disk),
    program: ipfs,
    args: ['daemon', '--migrate=false'],
    cwd: disk.folder,
    ports: Object.values(disk.ports),
    env: { IPFS_PATH: disk.folder, LIBP2P_FORCE_PNET: '1', IPFS_TELEMETRY: 'off' },
  };
}

async function keepRepository(ipfs: string, networkFolder: string, disk: KuboDisk): Promise<void> {
  const done = join(disk.folder, 'private');
  const isDone = await access(done).then(
    () => true,
    () => false,
  );
  if (isDone) return;
  await rm(disk.folder, { recursive: true, force: true });
  await mkdir(disk.folder, { recursive: true, mode: 0o700 });
  await runProgram(ipfs, ['init', '--profile=server', '--empty-repo'], { env: { IPFS_PATH: disk.folder } });
  const config = JSON.parse(await readFile(join(disk.folder, 'config'), 'utf8')) as KuboConfig;
  await writeDurably(join(disk.folder, 'config'), JSON.stringify(privateConfig(config, disk), undefined, 2));
  const swarm = await secretIn(join(networkFolder, 'swarm-secret'));
  await writeDurably(join(disk.folder, 'swarm.key'), `/key/swarm/psk/1.0.0/\n/base16/\n${swarm}\n`);
  await writeDurably(done, '');
}

/** The parts of Kubo's configuration that we touch. */
export interface KuboConfig {
  readonly Datastore: {
    readonly StorageMax?: string;
    readonly Spec: { readonly mounts: readonly Readonly<Record<string, unknown>>[] };
  };
  readonly [section: string]: unknown;
}

/** A configuration that neither looks for strangers nor loses what it has acknowledged. */
export function privateConfig(
  config: KuboConfig,
  { ports, capacityBytes }: Pick<KuboDisk, 'ports' | 'capacityBytes'>,
): KuboConfig {
  const loopback = (port: number) => `/ip4/127.0.0.1/tcp/${port}`;
  const section = (name: string) => config[name] as Record<string, unknown> | undefined;
  const mounts = config.Datastore.Spec.mounts.map(withSync);
  return {
    ...config,
    Addresses: {
      ...section('Addresses'),
      Swarm: [loopback(ports.swarm)],
      API: loopback(ports.rpc),
      Gateway: loopback(ports.gateway),
      Announce: [],
      AppendAnnounce: [],
    },
    AutoTLS: { Enabled: false },
    HTTPRetrieval: { Enabled: false },
    Swarm: { ...section('Swarm'), RelayClient: { Enabled: false }, RelayService: { Enabled: false } },
    AutoConf: { ...section('AutoConf'), Enabled: false },
    Bootstrap: [],
    DNS: { Resolvers: {} },
    Datastore: {
      ...config.Datastore,
      StorageMax: `${capacityBytes}B`,
      Spec: { ...config.Datastore.Spec, mounts },
    },
    Discovery: { MDNS: { Enabled: false } },
    Gateway: { ...section('Gateway'), NoFetch: true },
    Ipns: { ...section('Ipns'), DelegatedPublishers: [] },
    Provide: { ...section('Provide'), Enabled: false },
    Routing: { ...section('Routing'), Type: 'none', DelegatedRouters: [] },
  };
}

/** A block that was acknowledged is on the disk. */
function withSync(mount: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const child = mount['child'];
  if (typeof child === 'object' && child !== null)
    return { ...mount, child: withSync(child as Record<string, unknown>) };
  return mount['type'] === 'flatfs' ? { ...mount, sync: true } : mount;
}

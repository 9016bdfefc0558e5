import { parts, type ProgramName, programNames, type Programs } from '../toolchain/index.js';
import { applicationSpec, gatewayProcess, providerProcess } from './application-process.js';
import { caArguments, caProcess } from './ca-server.js';
import type { Law } from './chaincode-package.js';
import { chaincodeProcess } from './chaincode-server.js';
import { startFile } from './contained-processes.js';
import { type KuboDisk, kuboDisks, kuboProcess, kuboSpec } from './kubo-daemon.js';
import type { OrgSeat } from './layout.js';
import { ordererSpec } from './orderer-node.js';
import { peerProcess, peerSpec } from './peer-node.js';
import type { Shared } from './genesis.js';
import type { ProcessSpec } from './supervisor.js';
import { type Yaml, yaml } from './yaml.js';

/** What the containers are made from. */
export interface ComposeOptions {
  /** The network's folder in each container. */
  readonly folder: string;
  readonly seats: readonly OrgSeat[];
  readonly shared: Shared;
  readonly law: Law;
  readonly timeWindowSeconds: number;
}

/** Where the volume with everything that the network keeps is in each container. */
export const containerHome = '/data';

const builderFolder = '/builder';
const entranceFolder = '/entrance';

/** The user of Node's image, whose keys everybody's must be: they may be read by their owner only. */
const user = '1000:1000';

const heading = `# Written by npm run network:compose from organizations/*/org.yaml; a test compares the two.
# All containers but one share a network namespace, without a way out; what listens there, listens on loopback. The other
# one, entrance.outer, lets this machine in to the gateway, through a socket that entrance.inner listens on.
`;

/**
 * docker-compose.yaml: the same processes with the same environment as the native network's, each in a container that
 * waits for its start file. `init` enrols, joins, defines and founds as `network:up` does, and ends.
 */
export function composeFile(options: ComposeOptions): string {
  const { seats } = options;
  const services = {
    net: {
      ...own,
      networks: ['inside'],
      command: ['sleep', 'infinity'],
      init: true,
      restart: 'unless-stopped',
    },
    init: { ...own, ...inside, command: command('up', '--contained'), restart: 'on-failure' },
    ...Object.fromEntries(seats.flatMap((seat) => servicesOf(options, seat))),
    ...gatewayServices(options),
  };
  return heading + yaml({ services, networks, volumes: { data: {}, entrance: {} } });
}

/** Inside is not none at all: a peer does not start without an address beside loopback. */
const networks = { inside: { internal: true }, outside: {} };

const image = { build: '.', image: 'dstore:local' };

const own = { ...image, volumes: [`data:${containerHome}`], environment: { DSTORE_HOME: containerHome } };

const inside = { network_mode: 'service:net', depends_on: ['net'] };

const command = (...args: string[]) => ['node', 'network/dist/commands/main.js', ...args];

function servicesOf(options: ComposeOptions, seat: OrgSeat): [string, Yaml][] {
  const { folder, shared, timeWindowSeconds, law } = options;
  const orderer = ordererSpec(programs, shared, seat);
  const peer = peerSpec(programs, shared, seat, timeWindowSeconds);
  const builders = JSON.stringify([{ name: 'ccaas', path: builderFolder }]);
  const lawReady = startFile(folder, chaincodeProcess(seat, law));
  return [
    caService(folder, seat),
    [orderer.name, service('orderer', folder, orderer)],
    [
      peer.name,
      {
        ...service('peer', folder, {
          ...peer,
          env: { ...peer.env, CORE_CHAINCODE_EXTERNALBUILDERS: builders },
        }),
        volumes: [`data:${containerHome}`, `./network/builder:${builderFolder}:ro`],
      },
    ],
    [
      `${seat.name}.chaincode`,
      { ...own, ...inside, ...waiting(lawReady, command('serve-law', seat.name)), restart: 'unless-stopped' },
    ],
    ...kuboDisks(seat).map((disk) => kuboService(folder, disk)),
    [providerProcess(seat), applicationService(folder, seat, 'provider', [seat])],
  ];
}

/** The first organization's gateway, and how it is reached: nothing with a key in its volumes has a way out. */
function gatewayServices({ folder, seats }: ComposeOptions): Record<string, Yaml> {
  const [first] = seats;
  if (first === undefined) return {};
  const gateway = gatewayProcess(first);
  const socket = `${entranceFolder}/${gateway}`;
  const port = first.ports.http;
  // The image's own volume would be made for them, and stay.
  const homeless = { tmpfs: [containerHome], volumes: [`entrance:${entranceFolder}`] };
  const passing = { ...image, ...homeless, restart: 'unless-stopped' };
  return {
    [gateway]: applicationService(folder, first, 'gateway', seats),
    'entrance.inner': { ...passing, ...inside, command: command('pass', socket, `127.0.0.1:${port}`) },
    'entrance.outer': {
      ...passing,
      networks: ['outside'],
      ports: [`127.0.0.1:${port}:${port}`],
      command: command('pass', `0.0.0.0:${port}`, socket),
    },
  };
}

/** A process of the application. It ends before the peers that it asks, and a gateway before the providers. */
function applicationService(
  folder: string,
  seat: OrgSeat,
  part: 'provider' | 'gateway',
  seats: readonly OrgSeat[],
) {
  const { name, args } = applicationSpec({ serve: 'application/dist/serve.js' }, seat, part);
  return {
    ...own,
    ...inside,
    depends_on: ['net', ...seats.map(part === 'gateway' ? providerProcess : peerProcess)],
    ...waiting(startFile(folder, name), ['node', ...args]),
    restart: 'unless-stopped',
    stop_grace_period: '20s',
  };
}

function caService(folder: string, seat: OrgSeat): [string, Yaml] {
  const spec = {
    name: caProcess(seat),
    program: programs['fabric-ca-server'],
    args: caArguments(seat),
    cwd: seat.ca,
    ports: [],
  };
  return [spec.name, service('fabric-ca-server', folder, spec)];
}

function kuboService(folder: string, disk: KuboDisk): [string, Yaml] {
  return [kuboProcess(disk), service('ipfs', folder, kuboSpec(programs, disk))];
}

/** A server in its own image. */
function service(
  program: ProgramName,
  folder: string,
  { name, program: path, args, env = {}, cwd }: ProcessSpec,
) {
  return {
    image: images[program] ?? '',
    ...inside,
    user,
    working_dir: containerHome,
    volumes: [`data:${containerHome}`],
    environment: { ...env, HOME: cwd },
    ...waiting(startFile(folder, name), [path, ...args]),
    restart: 'unless-stopped',
  };
}

/** Runs a program as soon as a file is there. */
function waiting(ready: string, [program = '', ...args]: readonly string[]) {
  const script = 'until [ -e "$$0" ]; do sleep 0.2; done; exec "$$@"';
  return { entrypoint: ['/bin/sh', '-c', script, ready, program, ...args], command: [] };
}

/** Programs by their names: images have them on their paths. */
const programs = Object.fromEntries(programNames.map((name) => [name, name])) as Programs;

const tag = (name: string) => parts.find((part) => part.name === name)?.version ?? '';

/** The upstreams' images in the versions of the toolchain; each may be replaced, by one that was built at home for instance. */
const images: Partial<Record<ProgramName, string>> = {
  peer: `\${FABRIC_PEER_IMAGE:-hyperledger/fabric-peer:${tag('fabric')}}`,
  orderer: `\${FABRIC_ORDERER_IMAGE:-hyperledger/fabric-orderer:${tag('fabric')}}`,
  'fabric-ca-server': `\${FABRIC_CA_IMAGE:-hyperledger/fabric-ca:${tag('fabric-ca')}}`,
  ipfs: `\${KUBO_IMAGE:-ipfs/kubo:v${tag('kubo')}}`,
};

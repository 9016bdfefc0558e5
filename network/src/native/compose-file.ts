import { join } from 'node:path';

import { parts, type ProgramName, programNames, type Programs } from '../toolchain/index.js';
import { caArguments, caProcess } from './ca-server.js';
import type { Law } from './chaincode-package.js';
import { type KuboDisk, kuboDisks, kuboProcess, kuboSpec } from './kubo-daemon.js';
import type { OrgSeat } from './layout.js';
import { ordererSpec } from './orderer-node.js';
import { peerSpec } from './peer-node.js';
import type { Shared } from './genesis.js';
import type { ProcessSpec } from './supervisor.js';
import { type Yaml, yaml } from './yaml.js';

/** What the containers are made from. */
export interface ComposeOptions {
  readonly seats: readonly OrgSeat[];
  readonly shared: Shared;
  readonly law: Law;
  readonly timeWindowSeconds: number;
}

/** Where the volume with everything that the network keeps is in each container. */
export const containerHome = '/data';

const builderFolder = '/builder';

/** The user of Node's image, whose keys everybody's must be: they may be read by their owner only. */
const user = '1000:1000';

const heading = `# Written by npm run network:compose from organizations/*/org.yaml; a test compares the two.
# All containers share one network namespace, without a way out; what listens there, listens on loopback.
`;

/**
 * docker-compose.yaml: the same processes with the same environment as the native network's, each in a container that
 * waits for the file it needs. `init` enrols, joins and defines as `network:up` does, and ends.
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
  };
  return heading + yaml({ services, networks, volumes: { data: {} } });
}

/** Not none at all: a peer does not start without an address beside loopback. */
const networks = { inside: { internal: true } };

const own = {
  build: '.',
  image: 'dstore:local',
  volumes: [`data:${containerHome}`],
  environment: { DSTORE_HOME: containerHome },
};

const inside = { network_mode: 'service:net', depends_on: ['net'] };

const command = (...args: string[]) => ['node', 'network/dist/commands/main.js', ...args];

function servicesOf(options: ComposeOptions, seat: OrgSeat): [string, Yaml][] {
  const { shared, timeWindowSeconds, law } = options;
  const orderer = ordererSpec(programs, shared, seat);
  const peer = peerSpec(programs, shared, seat, timeWindowSeconds);
  const builders = JSON.stringify([{ name: 'ccaas', path: builderFolder }]);
  const lawReady = join(seat.folder, 'packages', `${law.label}.tar.gz`);
  return [
    caService(seat),
    [orderer.name, service('orderer', orderer, shared.genesisBlock)],
    [
      peer.name,
      {
        ...service(
          'peer',
          { ...peer, env: { ...peer.env, CORE_CHAINCODE_EXTERNALBUILDERS: builders } },
          shared.genesisBlock,
        ),
        volumes: [`data:${containerHome}`, `./network/builder:${builderFolder}:ro`],
      },
    ],
    [
      `${seat.name}.chaincode`,
      { ...own, ...inside, ...waiting(lawReady, command('serve-law', seat.name)), restart: 'unless-stopped' },
    ],
    ...kuboDisks(seat).map(kuboService),
  ];
}

function caService(seat: OrgSeat): [string, Yaml] {
  const ready = join(seat.ca, 'admin', 'fabric-ca-server-config.yaml');
  const spec = {
    name: caProcess(seat),
    program: programs['fabric-ca-server'],
    args: caArguments(seat),
    cwd: seat.ca,
    ports: [],
  };
  return [spec.name, service('fabric-ca-server', spec, ready)];
}

function kuboService(disk: KuboDisk): [string, Yaml] {
  return [kuboProcess(disk), service('ipfs', kuboSpec(programs, disk), join(disk.folder, 'private'))];
}

/** A server in its own image. Its directory is there when the file is. */
function service(program: ProgramName, { program: path, args, env = {}, cwd }: ProcessSpec, ready: string) {
  return {
    image: images[program] ?? '',
    ...inside,
    user,
    working_dir: containerHome,
    volumes: [`data:${containerHome}`],
    environment: { ...env, HOME: cwd },
    ...waiting(ready, [path, ...args]),
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

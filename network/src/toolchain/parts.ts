/** Programs that a native network runs. */
export const programNames = [
  'peer',
  'orderer',
  'configtxgen',
  'configtxlator',
  'osnadmin',
  'ledgerutil',
  'fabric-ca-server',
  'ipfs',
] as const;
export type ProgramName = (typeof programNames)[number];

/** Where each program is. */
export type Programs = Readonly<Record<ProgramName, string>>;

/** Programs that come from one Go module, are built together and trusted together. */
export interface Part {
  /** Folder of its go.mod below `network/toolchain`. */
  readonly name: 'fabric' | 'fabric-ca' | 'kubo';
  readonly title: string;
  readonly programs: readonly ProgramName[];
  /** Import path whose last element is replaced by a program's name. */
  readonly packages: string;
  readonly module: string;
  /** What go.mod pins, and the lowest that is taken from elsewhere. */
  readonly version: string;
  /** The first version that is too new to be taken from elsewhere. */
  readonly below: string;
  /** The program that is asked, and how. */
  readonly ask: readonly [ProgramName, string];
  readonly cgo: boolean;
  readonly ldflags: string;
}

const fabric = 'github.com/hyperledger/fabric';

/** The three upstreams. */
export const parts: readonly Part[] = [
  {
    name: 'fabric',
    title: 'Hyperledger Fabric',
    programs: ['peer', 'orderer', 'configtxgen', 'configtxlator', 'osnadmin', 'ledgerutil'],
    packages: `${fabric}/cmd`,
    module: fabric,
    version: '3.1.1',
    below: '4.0.0',
    ask: ['peer', 'version'],
    cgo: false,
    ldflags: `-s -w -X ${fabric}/common/metadata.Version=3.1.1 -X ${fabric}/common/metadata.CommitSHA=435a7f1a78`,
  },
  {
    name: 'fabric-ca',
    title: 'Hyperledger Fabric CA',
    programs: ['fabric-ca-server'],
    packages: `${fabric}-ca/cmd`,
    module: `${fabric}-ca`,
    version: '1.5.21',
    below: '2.0.0',
    ask: ['fabric-ca-server', 'version'],
    // SQLite is a C library: without it the server starts and has no database.
    cgo: true,
    ldflags: '-s -w',
  },
  {
    name: 'kubo',
    title: 'Kubo (IPFS)',
    programs: ['ipfs'],
    packages: 'github.com/ipfs/kubo/cmd',
    module: 'github.com/ipfs/kubo',
    version: '0.42.0',
    below: '0.43.0',
    ask: ['ipfs', 'version'],
    cgo: false,
    ldflags: '-s -w',
  },
];

import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { Reading } from '@dstore/organizations/reading.js';
import { parse as parseYaml } from 'yaml';
import { ConfigFaults, type ConfigSources, type LogLevel } from './config.js';
import type { LeasePolicy } from './core/lease-policy.js';

/** What a process does for its organization: serve REST for a vault, keep disks, turn epochs. */
export type ServiceRole = 'gateway' | 'provider' | 'keeper';

/** Paths of a certificate and its key, PEM. */
export interface KeyFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Somebody as whom the process signs. */
export interface MemberFiles extends KeyFiles {
  /** Enrolment id. */
  readonly id: string;
}

/** Where a server listens. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** A disk that the organization offers, with its agent and its door. */
export interface DiskConfig {
  readonly diskId: string;
  /** `file:DIR`, or `kubo:RPC,GATEWAY`: the addresses of a daemon. */
  readonly store: string;
  readonly capacityBytes: bigint;
  /** Credits per GiB and epoch. */
  readonly price: bigint;
  /** Credits of collateral per GiB. */
  readonly collateralRate: bigint;
  readonly site: string;
  readonly region: string;
  readonly agent: MemberFiles;
  readonly door: KeyFiles & { readonly listen: Listen; readonly publicUrl: string };
}

/** The vault that a gateway opens. */
export interface VaultConfig {
  readonly vaultId: string;
  readonly bucket: string;
  readonly owner: MemberFiles;
  /** The certificate by which shard doors know the owner. */
  readonly tls: KeyFiles;
  readonly masterFile: string;
  readonly policy: LeasePolicy;
  /** Whether a recovery goes on without flushes that can't be read. */
  readonly acceptLoss: boolean;
}

/** The organization's certificate authority, and who may register and revoke there. */
export interface CaConfig extends Listen {
  readonly name: string;
  readonly tlsRootFile: string;
  readonly registrar: { readonly id: string; readonly secretFile: string };
}

/** Settings of a process that runs one organization's roles against a Fabric network, each checked. */
export interface OrganizationConfig {
  readonly roles: readonly ServiceRole[];
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  readonly mspId: string;
  readonly ledger: {
    readonly channel: string;
    readonly chaincode: string;
    /** The client's TLS certificate towards peers. */
    readonly tls: KeyFiles;
    /** In order of preference, one's own first. */
    readonly peers: readonly {
      readonly mspId: string;
      readonly address: string;
      readonly tlsRootFile: string;
      /** The list of TLS certificates that the organization takes back; nobody is on it until the file is there. */
      readonly tlsCrlFile: string | undefined;
    }[];
  };
  /** Turns epochs, with the role keeper; takes members back, with `ca`. */
  readonly admin: MemberFiles | undefined;
  /** Holds the disks' credits, and the disks; with the role provider. */
  readonly provider: { readonly member: MemberFiles; readonly disks: readonly DiskConfig[] } | undefined;
  /** With the role gateway. */
  readonly http: (Listen & { readonly publicUrl: string | undefined }) | undefined;
  readonly vault: VaultConfig | undefined;
  /** Opens the routes of identities; with the role gateway, where it is given. */
  readonly ca: CaConfig | undefined;
}

/** Settings that flags and environment may replace: `http.publicUrl` is `--http-public-url`, DSTORE_HTTP_PUBLIC_URL. */
export const replaceable = [
  'roles',
  'data.dir',
  'http.listen',
  'http.publicUrl',
  'log.level',
  'ledger.mode',
  'ledger.channel',
  'ledger.chaincode',
  'keys.masterFile',
  'vault.acceptLoss',
] as const;

const hyphenated = (path: string) =>
  path.replaceAll('.', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const variableOf = (path: string) => `DSTORE_${hyphenated(path).toUpperCase().replaceAll('-', '_')}`;

const anything = /^.+$/s;
const word = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const hostAndPort = /^(?:\[[\da-f:]+\]|[A-Za-z0-9.-]+):[1-9]\d{0,4}$/;
const httpsOrigin = /^https:\/\/(?:\[[\da-f:]+\]|[A-Za-z0-9.-]+):[1-9]\d{0,4}$/;
const whole = /^(?:0|[1-9]\d{0,17})$/;

/** Reads settings: flag before environment before file. Relative paths start at `folder`. Throws ConfigFaults with the full list. */
export function readOrganizationConfig(sources: ConfigSources): OrganizationConfig {
  const faults: string[] = [];
  const tree = treeOf(sources.file, faults);
  replaceIn(tree, sources, faults);
  const path = (value: string) => (isAbsolute(value) ? value : resolve(sources.folder, value));
  const config =
    faults.length > 0 ? undefined : configOf(new Reading(tree, 'settings', faults), path, faults);
  if (config === undefined || faults.length > 0) throw new ConfigFaults(faults);
  return config;
}

/** Reads the settings in a file; relative paths start at the working directory. */
export function readOrganizationFile(file: string, argv: readonly string[] = []): OrganizationConfig {
  return readOrganizationConfig({
    argv,
    env: process.env,
    file: readFileSync(file, 'utf8'),
    folder: process.cwd(),
  });
}

type Tree = Record<string, unknown>;
type ToPath = (value: string) => string;

function treeOf(text: string | undefined, faults: string[]): Tree {
  try {
    const parsed: unknown = parseYaml(text ?? '', { schema: 'failsafe' });
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Tree;
    faults.push('the file must be a map of settings');
  } catch (error) {
    faults.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'no YAML');
  }
  return {};
}

function replaceIn(tree: Tree, { argv, env }: ConfigSources, faults: string[]): void {
  const given = new Map<string, string>();
  for (const path of replaceable) {
    const value = env[variableOf(path)];
    if (value !== undefined && value !== '') given.set(path, value);
  }
  for (let at = 0; at < argv.length; at += 2) {
    const path = replaceable.find((known) => argv[at] === `--${hyphenated(known)}`);
    const value = argv[at + 1];
    if (path === undefined) faults.push(`${argv[at]}: there is no such flag`);
    else if (value === undefined) faults.push(`${argv[at]}: a value is missing`);
    else given.set(path, value);
  }
  for (const [path, value] of given) setIn(tree, path.split('.'), value);
}

function setIn(tree: Tree, [name = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) tree[name] = value;
  else setIn((tree[name] ??= {}) as Tree, rest, value);
}

function configOf(reading: Reading, path: ToPath, faults: string[]): OrganizationConfig {
  const roles = rolesOf(
    reading.text('roles', /^(?:gateway|provider|keeper)(?:,(?:gateway|provider|keeper))*$/),
  );
  const data = reading.map('data');
  const identity = reading.map('identity');
  const isGateway = roles.includes('gateway');
  const hasCa = isGateway && reading.has('ca');
  const config: OrganizationConfig = {
    roles,
    dataDir: path(data.text('dir', anything)),
    logLevel: reading.has('log') ? logLevelOf(reading.map('log')) : 'info',
    mspId: identity.text('mspId', word),
    ledger: ledgerOf(reading.map('ledger'), path),
    admin: roles.includes('keeper') || hasCa ? memberOf(identity.map('admin'), path) : undefined,
    provider: roles.includes('provider')
      ? {
          member: memberOf(identity.map('provider'), path),
          disks: reading.list('disks').map((disk) => diskOf(disk, path, faults)),
        }
      : undefined,
    http: isGateway ? httpOf(reading.map('http'), faults) : undefined,
    vault: isGateway ? vaultOf(reading, identity, path) : undefined,
    ca: hasCa ? caOf(reading.map('ca'), path, faults) : undefined,
  };
  for (const part of [data, identity, reading]) part.end();
  return config;
}

function rolesOf(text: string): ServiceRole[] {
  return text === '' ? [] : (text.split(',') as ServiceRole[]);
}

function logLevelOf(log: Reading): LogLevel {
  const level = log.text('level', /^(?:debug|info|warn|error)$/);
  log.end();
  return level as LogLevel;
}

function ledgerOf(ledger: Reading, path: ToPath): OrganizationConfig['ledger'] {
  // The embedded one is what `npm start` runs.
  ledger.text('mode', /^fabric$/);
  const config = {
    channel: ledger.textOr('channel', /^[a-z][a-z0-9.-]{0,248}$/, 'dstore'),
    chaincode: ledger.textOr('chaincode', word, 'dstore'),
    tls: keyFilesIn(ledger.map('tls'), path),
    peers: ledger.list('peers').map((peer) => {
      const address = peer.text('address', hostAndPort);
      const found = {
        mspId: peer.text('mspId', word),
        address,
        tlsRootFile: fileIn(peer, 'tlsRootFile', path),
        tlsCrlFile: peer.has('tlsCrlFile') ? fileIn(peer, 'tlsCrlFile', path) : undefined,
      };
      peer.end();
      return found;
    }),
  };
  ledger.end();
  return config;
}

function diskOf(disk: Reading, path: ToPath, faults: string[]): DiskConfig {
  const door = disk.map('door');
  const config: DiskConfig = {
    diskId: disk.text('disk', word),
    store: disk.text('store', /^[a-z]+:.+$/),
    capacityBytes: disk.amount('capacityBytes'),
    price: disk.amount('price'),
    collateralRate: disk.amount('collateralRate'),
    site: disk.text('site', word),
    region: disk.text('region', word),
    agent: memberOf(disk.map('agent'), path),
    door: {
      listen: listenOf(door.text('listen', hostAndPort), faults),
      publicUrl: door.text('publicUrl', httpsOrigin),
      certFile: fileIn(door, 'certFile', path),
      keyFile: fileIn(door, 'keyFile', path),
    },
  };
  for (const part of [door, disk]) part.end();
  return config;
}

function httpOf(http: Reading, faults: string[]): OrganizationConfig['http'] {
  const listen = listenOf(http.textOr('listen', hostAndPort, '127.0.0.1:8080'), faults);
  if (!['127.0.0.1', '[::1]', 'localhost'].includes(listen.host))
    faults.push(`settings: http: listen: ${listen.host} is not loopback; REST has no TLS here`);
  const publicUrl = http.textOr('publicUrl', /^https?:\/\/[^/?#]+$/, '');
  http.end();
  return { ...listen, publicUrl: publicUrl === '' ? undefined : publicUrl };
}

function vaultOf(reading: Reading, identity: Reading, path: ToPath): VaultConfig {
  const [vault, keys, lease] = [reading.map('vault'), reading.map('keys'), reading.map('lease')];
  const config: VaultConfig = {
    vaultId: vault.text('vaultId', word),
    bucket: vault.text('bucket', /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
    owner: memberOf(identity.map('owner'), path),
    tls: keyFilesIn(vault.map('tls'), path),
    masterFile: fileIn(keys, 'masterFile', path),
    acceptLoss: vault.textOr('acceptLoss', /^(?:no|yes)$/, 'no') === 'yes',
    policy: {
      maxPrice: lease.amount('maxPrice'),
      minCollateralRate: lease.amount('minCollateralRate'),
      termEpochs: BigInt(lease.text('termEpochs', whole) || 0),
      capacityBytes: lease.amount('capacityBytes'),
      headroomBytes: lease.amount('headroomBytes'),
      ...budgetIn(lease),
    },
  };
  for (const part of [vault, keys, lease]) part.end();
  return config;
}

function budgetIn(lease: Reading): { budget?: bigint } {
  const budget = lease.textOr('budget', whole, '');
  return budget === '' ? {} : { budget: BigInt(budget) };
}

function caOf(ca: Reading, path: ToPath, faults: string[]): CaConfig {
  const registrar = ca.map('registrar');
  const config: CaConfig = {
    ...listenOf(ca.text('address', hostAndPort), faults),
    name: ca.text('name', word),
    tlsRootFile: fileIn(ca, 'tlsRootFile', path),
    registrar: { id: registrar.text('id', word), secretFile: fileIn(registrar, 'secretFile', path) },
  };
  for (const part of [registrar, ca]) part.end();
  return config;
}

function memberOf(reading: Reading, path: ToPath): MemberFiles {
  const id = reading.text('id', word);
  return { id, ...keyFilesIn(reading, path) };
}

/** Reads the last two settings of a map. */
function keyFilesIn(reading: Reading, path: ToPath): KeyFiles {
  const files = { certFile: fileIn(reading, 'certFile', path), keyFile: fileIn(reading, 'keyFile', path) };
  reading.end();
  return files;
}

function fileIn(reading: Reading, name: string, path: ToPath): string {
  return path(reading.text(name, anything));
}

function listenOf(text: string, faults: string[]): Listen {
  const [, host = '', port = '0'] = /^(.*):(\d+)$/.exec(text) ?? [];
  if (Number(port) > 65_535) faults.push(`settings: "${text}" names no port (1 to 65535)`);
  return { host, port: Number(port) };
}

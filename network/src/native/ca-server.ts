import { FabricCa, registrarFile } from '@dstore/organizations';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Programs } from '../toolchain/index.js';
import { type CaKind, caName, type OrgSeat } from './layout.js';
import { secretIn } from './secret-file.js';
import type { Supervisor } from './supervisor.js';
import { untilReady } from './wait.js';
import { writeDurably } from './write-durably.js';

/** The CAs of a server: the first is its default, the others lie in folders of their own. */
const kinds = ['identity', 'tls', 'admin'] as const;

const year = '8760h';
const decade = '87600h';
const configName = 'fabric-ca-server-config.yaml';

/** Name of an organization's CA server among the processes. */
export const caProcess = (seat: OrgSeat) => `${seat.name}.ca`;

/** Starts an organization's CA server, with its three CAs, and waits until each answers. */
export async function startCa(supervisor: Supervisor, programs: Programs, seat: OrgSeat): Promise<void> {
  for (const kind of kinds) await keepConfig(seat, kind);
  await supervisor.start({
    name: caProcess(seat),
    program: programs['fabric-ca-server'],
    args: caArguments(seat),
    cwd: seat.ca,
    ports: [seat.ports.ca, seat.ports.caOperations],
  });
  await untilReady(supervisor, caProcess(seat), () => answers(seat));
}

/** Arguments of fabric-ca-server: one server with all of an organization's CAs. */
export function caArguments(seat: OrgSeat): string[] {
  const others = kinds.slice(1).flatMap((kind) => ['--cafiles', join(folderOf(seat, kind), configName)]);
  return ['start', '--home', seat.ca, ...others];
}

/** A CA of an organization, through its REST interface; close it after use. */
export async function openCa(seat: OrgSeat, kind: CaKind): Promise<FabricCa> {
  const tlsRoot = await readFile(join(seat.ca, 'ca-cert.pem'), 'utf8');
  return new FabricCa({ host: 'localhost', port: seat.ports.ca, caName: caName(seat, kind), tlsRoot });
}

/** The secret of the registrar that each CA knows from the start. */
export function registrarSecret(seat: OrgSeat, kind: CaKind): Promise<string> {
  return secretIn(registrarFile(seat.folder, kind));
}

async function answers(seat: OrgSeat): Promise<boolean> {
  for (const kind of kinds) {
    await access(join(folderOf(seat, kind), 'ca-cert.pem'));
    const ca = await openCa(seat, kind);
    await ca.chain().finally(() => ca.close());
  }
  return true;
}

function folderOf(seat: OrgSeat, kind: CaKind): string {
  return kind === 'identity' ? seat.ca : join(seat.ca, kind);
}

async function keepConfig(seat: OrgSeat, kind: CaKind): Promise<void> {
  const path = join(folderOf(seat, kind), configName);
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (there) return;
  const config = caConfig(seat, kind, await registrarSecret(seat, kind));
  // JSON is YAML.
  await writeDurably(path, `${JSON.stringify(config, undefined, 2)}\n`);
}

/** The configuration of one CA, as fabric-ca-server reads it. */
export function caConfig(seat: OrgSeat, kind: CaKind, secret: string): object {
  const server = {
    port: seat.ports.ca,
    address: '127.0.0.1',
    tls: { enabled: true },
    operations: { listenAddress: `127.0.0.1:${seat.ports.caOperations}` },
    metrics: { provider: 'prometheus' },
  };
  return {
    version: '1.5.21',
    ...(kind === 'identity' ? server : {}),
    ca: { name: caName(seat, kind) },
    crl: { expiry: year },
    registry: { maxenrollments: -1, identities: [registrar(secret)] },
    db: { type: 'sqlite3', datasource: 'fabric-ca-server.db' },
    affiliations: { [seat.name]: [] },
    signing: {
      default: { usage: ['digital signature'], expiry: year },
      profiles: { tls: { usage: tlsUsages, expiry: year } },
    },
    csr: {
      cn: caName(seat, kind),
      keyrequest: { algo: 'ecdsa', size: 256 },
      names: [{ O: seat.mspId }],
      hosts: ['localhost', '127.0.0.1'],
      ca: { expiry: decade, pathlength: 0 },
    },
    bccsp: { default: 'SW', sw: { hash: 'SHA2', security: 256, filekeystore: { keystore: 'msp/keystore' } } },
  };
}

const tlsUsages = ['digital signature', 'key encipherment', 'server auth', 'client auth', 'key agreement'];

function registrar(secret: string): object {
  const all = ['hf.Registrar.Roles', 'hf.Registrar.DelegateRoles', 'hf.Registrar.Attributes'];
  const yes = ['hf.Revoker', 'hf.GenCRL', 'hf.AffiliationMgr'];
  const attrs: Record<string, string> = {};
  for (const name of all) attrs[name] = '*';
  for (const name of yes) attrs[name] = 'true';
  return { name: 'registrar', pass: secret, type: 'client', affiliation: '', attrs };
}

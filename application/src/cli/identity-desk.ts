import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type CaAddress,
  caAddressIn,
  type CaCaller,
  type CaKind,
  caNameOf,
  FabricCa,
  type Org,
  OrgFileFaults,
  parseOrg,
  readOrgs,
  orgFolderIn,
  registrarFile,
} from '@dstore/organizations';
import { exits, Obstacle, UsageError } from './outcome.js';

/** What every identity verb may be told. */
export interface DeskOptions {
  readonly org: string;
  readonly ca: CaKind;
  readonly caAddress?: string;
  readonly caRoot?: string;
  readonly registrarSecretFile?: string;
}

/** An organization's certificate authority as the identity verbs meet it. */
export interface Desk {
  readonly org: Org;
  readonly kind: CaKind;
  readonly ca: FabricCa;
  /** Whoever registers and revokes there. Rejects with Obstacle where this machine does not hold its secret. */
  readonly registrar: () => Promise<CaCaller>;
}

/** The home that DSTORE_HOME names. */
export const homeOf = (): string => resolve(process.env['DSTORE_HOME'] ?? 'data');

const ownOrganizations = fileURLToPath(new URL('../../../organizations', import.meta.url));

/** Finds the organization and its CA, does the work and closes the connection. */
export async function atDesk<T>(options: DeskOptions, work: (desk: Desk) => Promise<T>): Promise<T> {
  const org = await orgOf(options.org);
  const ca = new FabricCa(await addressOf(org, options));
  const registrar = async () => ca.enroll('registrar', await registrarSecret(org, options));
  try {
    return await work({ org, kind: options.ca, ca, registrar });
  } finally {
    ca.close();
  }
}

async function orgOf(name: string): Promise<Org> {
  const isFile = /\.ya?ml$/.test(name);
  if (isFile) return orgIn(resolve(name));
  const folder = resolve(process.env['DSTORE_ORGANIZATIONS'] ?? ownOrganizations);
  const orgs = await readOrgs(folder);
  const org = orgs.find((each) => each.name === name || each.mspId === name);
  if (org !== undefined) return org;
  const known = orgs.map((each) => each.name).join(', ');
  throw new UsageError(
    `there is no organization ${name} in ${folder}`,
    `--org one of ${known}, or its org.yaml`,
  );
}

async function orgIn(path: string): Promise<Org> {
  const text = await readGiven(path, 'the description of the organization');
  const faults: string[] = [];
  const org = parseOrg(basename(dirname(path)), text, faults);
  if (org === undefined) throw new OrgFileFaults(faults);
  return org;
}

async function addressOf(org: Org, { ca, caAddress, caRoot }: DeskOptions): Promise<CaAddress> {
  const local = caRoot === undefined ? await localAddress(org, ca) : undefined;
  const tlsRoot = local?.tlsRoot ?? (await readGiven(caRoot ?? '', 'the root of the CA'));
  const [, host = 'localhost', port] = /^(.+):(\d{1,5})$/.exec(caAddress ?? '') ?? [];
  if (caAddress !== undefined && port === undefined)
    throw new UsageError(`"${caAddress}" is no address`, '--ca-address ca.example:20100');
  return { host, port: Number(port ?? org.basePort), caName: caNameOf(org.name, ca), tlsRoot };
}

async function localAddress(org: Org, kind: CaKind): Promise<CaAddress> {
  return caAddressIn(homeOf(), org, kind).catch((cause: unknown) => {
    throw new Obstacle(
      `the CA of ${org.name} never came up below ${homeOf()}`,
      'npm run network:up here, or --ca-address HOST:PORT --ca-root FILE for one elsewhere',
      exits.fault,
      cause,
    );
  });
}

async function registrarSecret(org: Org, { ca, registrarSecretFile }: DeskOptions): Promise<string> {
  if (registrarSecretFile !== undefined)
    return (await readGiven(registrarSecretFile, "the registrar's secret")).trim();
  const path = registrarFile(orgFolderIn(homeOf(), org.name), ca);
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Obstacle(
      `only the registrar of ${org.name} may do this, and its secret is not on this machine (${path})`,
      'ask who runs the CA, or give --registrar-secret-file FILE',
      exits.notAllowed,
      cause,
    );
  });
}

/** A file that the user named. */
export async function readGiven(path: string, what: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    const { code = 'no reason' } = cause as NodeJS.ErrnoException;
    throw new Obstacle(
      `${what} can not be read from ${path}: ${code}`,
      'name a file that you may read',
      exits.usage,
      cause,
    );
  });
}

/** Where a member is kept unless told otherwise. */
export function defaultFolder({ org, kind }: Pick<Desk, 'org' | 'kind'>, id: string): string {
  return join(homeOf(), 'members', org.name, kind === 'identity' ? id : `${id}.${kind}`);
}

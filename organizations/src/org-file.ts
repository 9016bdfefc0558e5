import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

import { Reading } from './reading.js';

/** A disk as its organization describes it. */
export interface OrgDisk {
  readonly disk: string;
  /** `file:DIR`, below the organization's folder unless absolute, or `kubo`: a daemon of its own. */
  readonly store: string;
  readonly capacityBytes: bigint;
  /** Credits per GiB and epoch. */
  readonly price: bigint;
  /** Credits of collateral per GiB. */
  readonly collateralRate: bigint;
}

/** A place with disks: what fails together beyond one disk. */
export interface OrgSite {
  readonly site: string;
  readonly region: string;
  readonly disks: readonly OrgDisk[];
}

/** An organization as its `org.yaml` describes it. */
export interface Org {
  readonly name: string;
  readonly mspId: string;
  /** The first of the 100 ports that its processes listen on. */
  readonly basePort: number;
  readonly sites: readonly OrgSite[];
}

/** Ports that one organization takes, from its base port on. */
export const portsPerOrg = 100;

/** Descriptions that can't be used; lists everything that is wrong with them. */
export class OrgFileFaults extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `the organizations have ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}:\n  ${faults.join('\n  ')}`,
    );
    this.name = 'OrgFileFaults';
    this.faults = faults;
  }
}

/** Reads `<folder>/<name>/org.yaml` for every folder that has one, in order of names. Throws OrgFileFaults. */
export async function readOrgs(folder: string): Promise<Org[]> {
  const faults: string[] = [];
  const orgs: Org[] = [];
  for (const name of await foldersIn(folder)) {
    const text = await readFile(join(folder, name, 'org.yaml'), 'utf8').catch(() => undefined);
    const org = text === undefined ? undefined : parseOrg(name, text, faults);
    if (org !== undefined) orgs.push(org);
  }
  if (orgs.length === 0 && faults.length === 0)
    faults.push(`${folder}: no organization has an org.yaml here`);
  faults.push(...clashes(orgs));
  if (faults.length > 0) throw new OrgFileFaults(faults);
  return orgs;
}

/** Reads one description; adds what is wrong with it to `faults`, and answers undefined if anything is. */
export function parseOrg(folderName: string, text: string, faults: string[]): Org | undefined {
  const before = faults.length;
  const document = parseDocument(text, { uniqueKeys: true });
  const at = `${folderName}/org.yaml`;
  if (document.errors.length > 0) {
    faults.push(...document.errors.map((error) => `${at}: ${error.message.split('\n')[0] ?? 'no YAML'}`));
    return undefined;
  }
  const reading = new Reading(document.toJS(), at, faults);
  const org: Org = {
    name: reading.text('name', id),
    mspId: reading.text('mspId', mspId),
    basePort: reading.port('basePort'),
    sites: reading.list('sites').map(readSite),
  };
  reading.end();
  if (org.name !== '' && org.name !== folderName)
    faults.push(`${at}: name must be ${folderName}, as its folder`);
  return faults.length === before ? org : undefined;
}

const id = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const mspId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const store = /^(?:kubo|file:.+)$/;

function readSite(reading: Reading): OrgSite {
  const site = {
    site: reading.text('site', id),
    region: reading.text('region', id),
    disks: reading.list('disks').map(readDisk),
  };
  reading.end();
  return site;
}

function readDisk(reading: Reading): OrgDisk {
  const disk = {
    disk: reading.text('disk', id),
    store: reading.text('store', store),
    capacityBytes: reading.size('capacity'),
    price: reading.amount('price'),
    collateralRate: reading.amount('collateralRate'),
  };
  reading.end();
  return disk;
}

/** What must differ between organizations and doesn't. */
function clashes(orgs: readonly Org[]): string[] {
  const disks = orgs.flatMap(({ sites }) => sites.flatMap(({ disks }) => disks.map(({ disk }) => disk)));
  return [
    ...repeated(orgs.map(({ mspId }) => mspId)).map(
      (twice) => `${twice}: two organizations have this MSP id`,
    ),
    ...repeated(disks).map((twice) => `${twice}: two disks have this name`),
    ...orgs.flatMap((org, at) =>
      orgs
        .slice(at + 1)
        .filter((other) => Math.abs(org.basePort - other.basePort) < portsPerOrg)
        .map((other) => `${org.name} and ${other.name}: base ports must be ${portsPerOrg} apart`),
    ),
  ];
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, at) => values.indexOf(value) !== at))];
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

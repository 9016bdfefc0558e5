import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { CaAddress } from './ca-connection.js';
import type { Org } from './org-file.js';

/** The certificate authorities that each organization has. */
export type CaKind = 'identity' | 'tls' | 'admin';

/** Name of one of an organization's CAs. */
export const caNameOf = (org: string, kind: CaKind): string => `${kind}.${org}`;

/** Folder of an organization's things below the home of a native network. */
export function orgFolderIn(home: string, org: string): string {
  return join(home, 'network', 'native', 'organizations', org);
}

/** File with the secret of the registrar that a CA knows from the start, below its organization's folder. */
export function registrarFile(orgFolder: string, kind: CaKind): string {
  return join(orgFolder, 'secrets', `${kind}.registrar`);
}

/**
 * Where an organization's CA listens on the machine that runs it: `network:up` put its root below the home. Rejects with
 * ENOENT when it never came up there.
 */
export async function caAddressIn(home: string, org: Org, kind: CaKind): Promise<CaAddress> {
  const tlsRoot = await readFile(join(orgFolderIn(home, org.name), 'ca', 'ca-cert.pem'), 'utf8');
  return { host: 'localhost', port: org.basePort, caName: caNameOf(org.name, kind), tlsRoot };
}

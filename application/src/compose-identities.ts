import { FabricCa } from '@dstore/organizations';
import { readFile } from 'node:fs/promises';
import { FabricCaIdentities } from './adapters/fabric/fabric-ca-identities.js';
import type { IdentityDesk } from './http/gateway-use-cases.js';
import type { OrganizationConfig } from './organization-config.js';
import type { OrganizationMembers } from './organization-members.js';
import { RevokeIdentity } from './use-cases/revoke-identity.js';

/** The identities of the organization at its CA; undefined where the settings name none. */
export async function openIdentities(
  { ca: place, admin }: OrganizationConfig,
  members: OrganizationMembers,
  closers: (() => Promise<void>)[],
): Promise<IdentityDesk | undefined> {
  if (place === undefined || admin === undefined) return undefined;
  const { host, port, name: caName, tlsRootFile, registrar } = place;
  const ca = new FabricCa({ host, port, caName, tlsRoot: await readFile(tlsRootFile, 'utf8') });
  closers.push(async () => ca.close());
  const secret = (await readFile(registrar.secretFile, 'utf8')).trim();
  const identities = new FabricCaIdentities(ca, enrolledOnce(ca, registrar.id, secret));
  const { ledger } = await members.member(admin);
  return { identities, revokeIdentity: new RevokeIdentity(identities, ledger) };
}

/** Enrols at the first call that succeeds: a CA that is down now may be up later. */
function enrolledOnce(ca: FabricCa, id: string, secret: string) {
  let enrolled: ReturnType<FabricCa['enroll']> | undefined;
  return () => {
    enrolled ??= ca.enroll(id, secret).catch((error: unknown) => {
      enrolled = undefined;
      throw error;
    });
    return enrolled;
  };
}

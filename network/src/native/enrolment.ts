import {
  CaRefusal,
  type CaCaller,
  type FabricCa,
  type MspRoots,
  type Registration,
  writeMsp,
  writePublicMsp,
  writeTls,
} from '@dstore/organizations';
import { access } from 'node:fs/promises';
import { join } from 'node:path';

import { openCa, registrarSecret } from './ca-server.js';
import { type Holder, holdersOf } from './holders.js';
import { type CaKind, holderFolder, type OrgSeat } from './layout.js';
import { secretIn } from './secret-file.js';
import { writeDurably } from './write-durably.js';

const hosts = ['localhost', '127.0.0.1'];

/** An organization's CAs with their registrars, for one round of enrolments. */
interface Desk {
  readonly seat: OrgSeat;
  readonly roots: MspRoots;
  readonly cas: Readonly<Record<CaKind, FabricCa>>;
  /** Enrols the registrar of a CA once. */
  readonly registrar: (kind: CaKind) => Promise<CaCaller>;
}

/** Enrols everybody of {@link holdersOf} who has no certificates yet. Answers how many certificates were issued. */
export async function enrolAll(seat: OrgSeat): Promise<number> {
  return atDesk(seat, async (desk) => {
    await writePublicMsp(seat.msp, desk.roots);
    await writeDurably(seat.adminRoot, await desk.cas.admin.chain());
    let issued = 0;
    for (const holder of holdersOf(seat.org)) issued += await enrolHolder(desk, holder);
    return issued;
  });
}

/** Enrols one more: `msp` and `tls` appear in the folder of that name. Nothing happens when they are there. */
export function enrolOne(seat: OrgSeat, holder: Holder): Promise<number> {
  return atDesk(seat, (desk) => enrolHolder(desk, holder));
}

async function atDesk<T>(seat: OrgSeat, work: (desk: Desk) => Promise<T>): Promise<T> {
  const [identity, tls, admin] = await Promise.all([
    openCa(seat, 'identity'),
    openCa(seat, 'tls'),
    openCa(seat, 'admin'),
  ]);
  const cas = { identity, tls, admin };
  try {
    const roots = { identity: await identity.chain(), tls: await tls.chain() };
    return await work({ seat, cas, roots, registrar: registrars(seat, cas) });
  } finally {
    for (const ca of Object.values(cas)) ca.close();
  }
}

function registrars(seat: OrgSeat, cas: Desk['cas']): Desk['registrar'] {
  const enrolled = new Map<CaKind, Promise<CaCaller>>();
  return (kind) => {
    const caller =
      enrolled.get(kind) ??
      registrarSecret(seat, kind).then((secret) => cas[kind].enroll('registrar', secret));
    enrolled.set(kind, caller);
    return caller;
  };
}

async function enrolHolder(desk: Desk, holder: Holder): Promise<number> {
  const { seat, roots, cas } = desk;
  const folder = holderFolder(seat, holder.id);
  let issued = 0;
  if (holder.type !== undefined && !(await isThere(join(folder, 'msp', 'signcerts', 'certificate.pem')))) {
    const secret = await registered(desk, 'identity', registrationOf(holder, holder.type));
    const wish = { organization: seat.mspId };
    await writeMsp(join(folder, 'msp'), roots, await cas.identity.enroll(holder.id, secret, wish));
    issued += 1;
  }
  if (holder.tls !== undefined && !(await isThere(join(folder, 'tls', 'certificate.pem')))) {
    const secret = await registered(desk, holder.tls, { id: holder.id, type: 'client' });
    const wish = { organization: seat.mspId, profile: 'tls', hosts: holder.serves ? hosts : [] } as const;
    // Whoever holds it checks servers, and those have certificates of the TLS CA.
    await writeTls(join(folder, 'tls'), roots.tls, await cas[holder.tls].enroll(holder.id, secret, wish));
    issued += 1;
  }
  return issued;
}

function registrationOf({ id, roles }: Holder, type: NonNullable<Holder['type']>): Registration {
  return { id, type, ...(roles === undefined ? {} : { attributes: { 'dstore.roles': roles } }) };
}

/** Registers with a secret that is durable before the CA hears of it, so that a second try knows it still. */
async function registered(desk: Desk, kind: CaKind, registration: Registration): Promise<string> {
  const secret = await secretIn(join(desk.seat.folder, 'secrets', `${kind}.${registration.id}`));
  const registrar = await desk.registrar(kind);
  await desk.cas[kind].register(registrar, { ...registration, secret }).catch((error: unknown) => {
    if (!(error instanceof CaRefusal && error.kind === 'already-registered')) throw error;
  });
  return secret;
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

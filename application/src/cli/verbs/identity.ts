import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { dirname, join } from 'node:path';
import { roles as knownRoles } from '@dstore/chaincode/domain';
import {
  keepsMember,
  type KeptMember,
  openMember,
  parseCertificate,
  privateKeyPem,
  requestCertificate,
  type RevocationReason,
  saveMember,
} from '@dstore/organizations';
import { enrolmentObstacle, obstacleOf } from '../ca-obstacle.js';
import { atDesk, defaultFolder, type Desk, type DeskOptions, readGiven } from '../identity-desk.js';
import { exits, Obstacle, UsageError } from '../outcome.js';
import type { Speaker } from '../speaker.js';

interface IdentityOptions extends DeskOptions {
  readonly id: string;
  readonly out?: string;
  readonly passphraseFile?: string;
}

/** A key that waits for its certificate. */
const pendingKey = 'pending-key.pem';
/** Longest secret that is read. */
const mostSecret = 4096;

/** Makes a key here, has it certified by id and secret, and keeps both. */
export function enroll(
  speaker: Speaker,
  options: IdentityOptions & {
    readonly secretFile?: string;
    readonly csr?: boolean;
    readonly chain?: string;
  },
): Promise<void> {
  return explained(options, async (desk) => {
    const folder = options.out ?? defaultFolder(desk, options.id);
    if (await keepsMember(folder))
      throw new Obstacle(
        `${folder} keeps a member already`,
        `dstore identity renew, or --out another folder`,
        exits.fault,
      );
    if (options.csr === true) return request(speaker, desk, folder, options.id);
    if (options.chain !== undefined) return finish(speaker, desk, folder, options, options.chain);
    const secret = await secretOf(speaker, options.secretFile);
    const wish = {
      organization: desk.org.mspId,
      ...(desk.kind === 'identity' ? {} : ({ profile: 'tls' } as const)),
    };
    const enrolled = await desk.ca.enroll(options.id, secret, wish).catch(async (error: unknown) => {
      throw await enrolmentObstacle(desk, options.id, error);
    });
    await keep(speaker, folder, { mspId: desk.org.mspId, id: options.id, ...enrolled }, options);
  });
}

/** A new certificate before the old one ends; the member, and so its account, stays the same. */
export function renew(
  speaker: Speaker,
  options: IdentityOptions & { readonly freshKey?: boolean },
): Promise<void> {
  return explained(options, async (desk) => {
    const folder = options.out ?? defaultFolder(desk, options.id);
    const member = await openMember(folder, await passphraseOf(options));
    const wish = {
      organization: desk.org.mspId,
      freshKey: options.freshKey === true,
      ...(desk.kind === 'identity' ? {} : ({ profile: 'tls' } as const)),
    };
    await keep(speaker, folder, { ...member, ...(await desk.ca.reenroll(member, wish)) }, options);
  });
}

/** Makes an id known; its secret is what standard output gets. */
export function register(
  speaker: Speaker,
  options: IdentityOptions & { readonly roles?: string; readonly enrollments: number },
): Promise<void> {
  return explained(options, async ({ ca, registrar, kind }) => {
    const { id, enrollments: maxEnrollments } = options;
    const roles = rolesIn(options.roles);
    const attributes = kind === 'identity' && roles !== '' ? { 'dstore.roles': roles } : {};
    const secret = await ca.register(await registrar(), { id, type: 'client', attributes, maxEnrollments });
    await speaker.item({ id, roles, secret }, secret);
    speaker.say(
      `${id} is registered; the secret above is shown this once and is good for ${maxEnrollments} enrolment(s).`,
    );
  });
}

/** Takes all certificates of an id back at the CA. */
export function revoke(
  speaker: Speaker,
  options: IdentityOptions & { readonly reason: RevocationReason },
): Promise<void> {
  return explained(options, async ({ org, ca, registrar }) => {
    const { id, reason } = options;
    const serials = await ca.revoke(await registrar(), { id }, reason);
    await speaker.item({ id, serials }, `revoked ${id}, ${serials.length} certificate(s)`);
    speaker.say(
      `Ledger, peers and doors do not know yet: npm run network:revoke -- --org ${org.name} --id ${id}`,
    );
  });
}

/** Everybody whom a CA knows. */
export function list(speaker: Speaker, options: DeskOptions): Promise<void> {
  return explained(options, async ({ ca, registrar }) => {
    const found = await ca.identities(await registrar());
    const shown = found
      .map(({ id, type, attributes }) => ({ id, type, roles: attributes['dstore.roles'] ?? '' }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    await speaker.items(shown, ['id', 'type', 'roles'], ({ id, type, roles }) => [id, type, roles]);
  });
}

function explained(options: DeskOptions, work: (desk: Desk) => Promise<void>): Promise<void> {
  return atDesk(options, work).catch((error: unknown) => {
    throw obstacleOf(error);
  });
}

async function request(speaker: Speaker, { org }: Desk, folder: string, id: string): Promise<void> {
  const { pem, privateKey } = await requestCertificate({ commonName: id, organization: org.mspId });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, pendingKey), privateKeyPem(privateKey), { mode: 0o600, flush: true });
  await speaker.item({ id, request: pem }, pem.trimEnd());
  speaker.say(`The key waits in ${join(folder, pendingKey)}; give the certificate with --chain FILE.`);
}

async function finish(
  speaker: Speaker,
  { org }: Desk,
  folder: string,
  options: IdentityOptions,
  path: string,
): Promise<void> {
  const pem = await readGiven(join(folder, pendingKey), 'the key that waits');
  const [certificate = '', ...chain] = certificatesIn(
    await readGiven(path, 'the certificate with its chain'),
  );
  const privateKey = createPrivateKey(pem);
  if (!belongs(certificate, privateKey) || chain.length === 0)
    throw new Obstacle(
      `${path} holds no certificate of the key that waits, followed by its chain`,
      'give what the enrolment answered',
      exits.usage,
    );
  const member = { mspId: org.mspId, id: options.id, certificate, chain: chain.join(''), privateKey };
  await keep(speaker, folder, member, options);
  await rm(join(folder, pendingKey));
}

function certificatesIn(text: string): string[] {
  const found = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return found.map((pem) => `${pem}\n`);
}

function belongs(certificate: string, key: KeyObject): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(key);
  } catch {
    return false;
  }
}

async function keep(
  speaker: Speaker,
  folder: string,
  member: KeptMember,
  options: IdentityOptions,
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  await saveMember(folder, member, await passphraseOf(options));
  // Read back: what can not be opened is better known now than when the old one has ended.
  const { certificate } = await openMember(folder, await passphraseOf(options));
  const { notAfter, attributes } = parseCertificate(certificate);
  const ends = new Date(notAfter).toISOString().slice(0, 10);
  const { mspId: msp, id } = member;
  const roles = attributes['dstore.roles'] ?? '';
  await speaker.item(
    { msp, id, roles, ends, folder },
    `${msp}/${id}${roles === '' ? '' : ` (${roles})`} until ${ends}, kept in ${folder}`,
  );
}

function rolesIn(text = ''): string {
  const asked = text.split(/[ ,]+/).filter((role) => role !== '');
  const strange = asked.find((role) => !(knownRoles as readonly string[]).includes(role));
  if (strange !== undefined)
    throw new UsageError(`there is no role ${strange}`, `--roles some of ${knownRoles.join(',')}`);
  return [...new Set(asked)].join(' ');
}

async function passphraseOf({ passphraseFile }: IdentityOptions): Promise<string | undefined> {
  if (passphraseFile === undefined) return undefined;
  return (await readGiven(passphraseFile, 'the passphrase')).replace(/\r?\n$/, '');
}

/** Never an argument: others see those. */
async function secretOf({ terminal }: Speaker, file: string | undefined): Promise<string> {
  if (file !== undefined && file !== '-') return (await readGiven(file, 'the secret')).trim();
  if ((terminal.stdin as { isTTY?: boolean }).isTTY === true) terminal.stderr.write('secret: ');
  let text = '';
  for await (const piece of terminal.stdin as AsyncIterable<Buffer>) {
    text += piece.toString('utf8');
    if (text.includes('\n') || text.length > mostSecret) break;
  }
  const secret = text.split('\n')[0]?.trim() ?? '';
  if (secret === '')
    throw new UsageError('no secret came', '--secret-file FILE, or the secret on standard input');
  return secret;
}

import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  type KeyObject,
  randomBytes,
  scrypt,
  X509Certificate,
} from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { isIssuedBy } from './certificate.js';
import { type Identity, privateKeyPem, writeWhole } from './identity.js';

/** A member as its keystore holds it: who it is, and the chain of the CA that says so, PEM. */
export interface KeptMember extends Identity {
  readonly chain: string;
}

/** Why a keystore does not open. */
export type KeystoreFaultKind =
  'missing' | 'open-to-others' | 'damaged' | 'passphrase-missing' | 'passphrase-wrong';

/** A keystore that does not open; `fix` is a sentence that says what to do. */
export class KeystoreFault extends Error {
  readonly kind: KeystoreFaultKind;
  readonly fix: string;

  constructor(kind: KeystoreFaultKind, message: string, fix: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'KeystoreFault';
    this.kind = kind;
    this.fix = fix;
  }
}

/** Name of the one file that holds key and certificate: both are replaced at once or not at all. */
const fileName = 'member.json';
const format = 'dstore/v1/member';

// OWASP's advice for scrypt in 2024: 128 MiB and about a third of a second.
const cost = { log2N: 17, r: 8, p: 1 } as const;

/**
 * The file: the key is `plain`, PKCS #8 PEM, with the digest of it all as `check`, or `sealed`: nonce, ciphertext and tag
 * of the same text, base64.
 */
interface Kept {
  readonly format: string;
  readonly mspId: string;
  readonly id: string;
  readonly certificate: string;
  readonly chain: string;
  readonly plain?: string;
  readonly check?: string;
  readonly sealed?: Sealed;
}

type About = Pick<Kept, 'format' | 'mspId' | 'id' | 'certificate' | 'chain'>;

interface Sealed {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
  readonly key: string;
}

/**
 * Keeps a member in a folder of its own, with mode 0600 and whole or not at all. With a passphrase the key is sealed by
 * AES-256-GCM under scrypt (RFC 7914) of it, bound to member and certificate. `certificate.pem` lies beside it, for people.
 */
export async function saveMember(folder: string, member: KeptMember, passphrase?: string): Promise<void> {
  const { mspId, id, certificate, chain, privateKey } = member;
  const about = { format, mspId, id, certificate, chain };
  const pem = privateKeyPem(privateKey);
  const kept: Kept =
    passphrase === undefined
      ? { ...about, plain: pem, check: checkOf(about, pem) }
      : { ...about, sealed: await seal(about, pem, passphrase) };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeWhole(join(folder, fileName), `${JSON.stringify(kept, undefined, 2)}\n`, 0o600);
  await writeWhole(join(folder, 'certificate.pem'), certificate, 0o644);
}

/** Opens what {@link saveMember} kept. Rejects with KeystoreFault. */
export async function openMember(folder: string, passphrase?: string): Promise<KeptMember> {
  const path = join(folder, fileName);
  const kept = parse(await readOwn(path), path);
  const { mspId, id, certificate, chain } = kept;
  const privateKey = keyIn(await keyText(kept, path, passphrase), path);
  if (!fits(privateKey, certificate) || !isIssuedBy(certificate, chain))
    throw damaged(path, 'key, certificate and chain do not belong together');
  return { mspId, id, certificate, chain, privateKey };
}

/** Whether the folder keeps a member already. */
export async function keepsMember(folder: string): Promise<boolean> {
  return (await stat(join(folder, fileName)).catch(() => undefined)) !== undefined;
}

async function readOwn(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw new KeystoreFault(
      'missing',
      `there is no member in ${path}`,
      'enrol first: dstore identity enroll',
      error,
    );
  });
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0)
    throw new KeystoreFault(
      'open-to-others',
      `others may read ${path}`,
      `chmod 600 ${path}; if others did read it, revoke`,
    );
  return readFile(path, 'utf8');
}

function parse(text: string, path: string): Kept {
  const kept = jsonOf(text) as Partial<Kept> | undefined;
  const texts = [kept?.mspId, kept?.id, kept?.certificate, kept?.chain];
  const whole = kept?.format === format && texts.every((each) => typeof each === 'string');
  if (!whole || (kept.plain === undefined) === (kept.sealed === undefined))
    throw damaged(path, 'it is no keystore of a member');
  return kept as Kept;
}

async function keyText(kept: Kept, path: string, passphrase: string | undefined): Promise<string> {
  if (kept.sealed === undefined) {
    if (checkOf(kept, String(kept.plain)) !== kept.check) throw damaged(path, 'its check differs');
    return String(kept.plain);
  }
  if (passphrase === undefined)
    throw new KeystoreFault('passphrase-missing', `the key in ${path} is sealed by a passphrase`, giveIt);
  return unseal(kept, kept.sealed, passphrase, path);
}

const giveIt = 'give the passphrase in a file: --passphrase-file FILE';

async function seal(about: About, pem: string, passphrase: string): Promise<Sealed> {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', await stretched(passphrase, salt, cost), nonce);
  cipher.setAAD(bound(about));
  const key = Buffer.concat([nonce, cipher.update(pem, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { ...cost, salt: salt.toString('base64'), key: key.toString('base64') };
}

async function unseal(kept: Kept, sealed: Sealed, passphrase: string, path: string): Promise<string> {
  if (!isAffordable(sealed)) throw damaged(path, 'the cost of its passphrase is out of bounds');
  const bytes = Buffer.from(sealed.key, 'base64');
  const key = await stretched(passphrase, Buffer.from(sealed.salt, 'base64'), sealed);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
    decipher.setAAD(bound(kept)).setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
  } catch (error) {
    const message = `the passphrase does not open ${path}, or the file is damaged`;
    throw new KeystoreFault('passphrase-wrong', message, `${giveIt}; or enrol again`, error);
  }
}

/** A file may not make its reader work for hours or fill the memory. */
function isAffordable({ log2N, r, p, salt, key }: Sealed): boolean {
  const within = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
  const isText = typeof salt === 'string' && typeof key === 'string';
  return isText && within(log2N, 20) && within(r, 16) && within(p, 4);
}

function stretched(
  passphrase: string,
  salt: Uint8Array,
  { log2N, r, p }: Omit<Sealed, 'salt' | 'key'>,
): Promise<Buffer> {
  const N = 2 ** log2N;
  const options = { N, r, p, maxmem: 2 * 128 * N * r };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, 32, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** What the sealed key stands for: taken to another member or certificate it does not open. */
function bound({ mspId, id, certificate, chain }: About): Buffer {
  return Buffer.from(JSON.stringify([format, mspId, id, certificate, chain]), 'utf8');
}

function checkOf(about: About, pem: string): string {
  return createHash('sha256').update(bound(about)).update(pem).digest('hex');
}

function keyIn(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw damaged(path, 'the key can not be read', error);
  }
}

function fits(key: KeyObject, certificate: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(key);
  } catch {
    return false;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

function damaged(path: string, why: string, cause?: unknown): KeystoreFault {
  return new KeystoreFault(
    'damaged',
    `${path} is damaged: ${why}`,
    'bring it back from a backup, or enrol again',
    cause,
  );
}

import { createPrivateKey, type KeyObject } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Somebody who can sign: an enrolled certificate with its private key. */
export interface Identity {
  readonly mspId: string;
  /** The enrolment id. */
  readonly id: string;
  /** PEM. */
  readonly certificate: string;
  readonly privateKey: KeyObject;
}

/** Writes an identity into a directory of its own: `certificate.pem`, `key.pem` (mode 0600), `identity.json`. */
export async function saveIdentity(directory: string, identity: Identity): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeWhole(join(directory, 'key.pem'), privateKeyPem(identity.privateKey), 0o600);
  await writeWhole(join(directory, 'certificate.pem'), identity.certificate, 0o644);
  const about = `${JSON.stringify({ mspId: identity.mspId, id: identity.id })}\n`;
  await writeWhole(join(directory, 'identity.json'), about, 0o644);
}

/** Reads what {@link saveIdentity} wrote. Rejects when a file is missing or damaged. */
export async function loadIdentity(directory: string): Promise<Identity> {
  const [about, certificate, key] = await Promise.all(
    ['identity.json', 'certificate.pem', 'key.pem'].map((name) => readFile(join(directory, name), 'utf8')),
  );
  const { mspId, id } = JSON.parse(about as string) as { mspId: string; id: string };
  return {
    mspId,
    id,
    certificate: certificate as string,
    privateKey: createPrivateKey(key as string),
  };
}

/** PKCS #8 PEM of a private key. */
export function privateKeyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Writes a file so that a reader sees the old content or the new, never a part; the directory must exist. */
export async function writeWhole(path: string, content: string, mode: number): Promise<void> {
  await writeFile(`${path}.part`, content, { mode, flush: true });
  await rename(`${path}.part`, path);
}

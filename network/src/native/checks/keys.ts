import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { holders } from '../holders.js';
import { holderFolder, type OrgSeat, tlsPaths } from '../layout.js';
import { fail, type Flaw, type Outcome, type Point } from './point.js';

/** A key on disk with the certificate that it belongs to. */
export interface KeptKey {
  readonly path: string;
  readonly key: string;
  readonly certificate: string;
  /** Permission bits of the key's file. */
  readonly mode: number;
}

/** Point 7: each key fits its certificate, and only its owner may read it. */
export const keys: Point = {
  number: 7,
  title: 'keys',
  look: async ({ network: { seats } }) => {
    const kept = seats.flatMap((seat) => holders.flatMap((holder) => keyPaths(seat, holder)));
    return judgeKeys(await Promise.all(kept.map(readKey)));
  },
};

/** Says which keys belong to other certificates and which others may read. */
export function judgeKeys(kept: readonly KeptKey[]): Outcome {
  const flaws = kept.flatMap(({ path, key, certificate, mode }): Flaw[] => [
    ...(fits(key, certificate)
      ? []
      : [fail(`${path} does not fit its certificate`, 'restore both from one backup, or enrol anew')]),
    ...((mode & 0o077) === 0
      ? []
      : [fail(`${path} may be read by others (mode ${(mode & 0o777).toString(8)})`, `chmod 600 ${path}`)]),
  ]);
  return { says: `${kept.length} keys`, flaws };
}

function fits(key: string, certificate: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

interface Paths {
  readonly key: string;
  readonly certificate: string;
}

function keyPaths(seat: OrgSeat, { id, type, tls }: (typeof holders)[number]): Paths[] {
  const msp = join(holderFolder(seat, id), 'msp');
  const signing = {
    key: join(msp, 'keystore', 'key.pem'),
    certificate: join(msp, 'signcerts', 'certificate.pem'),
  };
  return [...(type === undefined ? [] : [signing]), ...(tls === undefined ? [] : [tlsPaths(seat, id)])];
}

async function readKey({ key, certificate }: Paths): Promise<KeptKey> {
  return {
    path: key,
    key: await readFile(key, 'utf8'),
    certificate: await readFile(certificate, 'utf8'),
    mode: (await stat(key)).mode,
  };
}

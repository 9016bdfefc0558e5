import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { type Certificate, parseCertificate } from './certificate.js';

/** When a certificate on disk ends. */
export interface CertificateExpiry {
  /** Path below the folder that was searched. */
  readonly path: string;
  readonly commonName: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** Whole days from now until then; negative once it has ended. */
  readonly daysLeft: number;
}

const day = 24 * 60 * 60 * 1000;
const certificates = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Every certificate in the `.pem` files below a folder, the one that ends first first. `now` is in milliseconds. */
export async function certificateExpiries(folder: string, now: number): Promise<CertificateExpiry[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.pem'))
      .map((entry) => expiriesOf(folder, join(entry.parentPath, entry.name), now)),
  );
  return found.flat().sort((a, b) => a.notAfter - b.notAfter || (a.path < b.path ? -1 : 1));
}

async function expiriesOf(folder: string, path: string, now: number): Promise<CertificateExpiry[]> {
  const text = await readFile(path, 'utf8');
  return (text.match(certificates) ?? []).map((pem) => {
    const { commonName, notAfter }: Certificate = parseCertificate(pem);
    const daysLeft = Math.floor((notAfter - now) / day);
    return { path: relative(folder, path), commonName, notAfter, daysLeft };
  });
}

import 'reflect-metadata';
import { X509Certificate as PeculiarCertificate } from '@peculiar/x509';
import { type KeyObject, X509Certificate } from 'node:crypto';

/** Where Fabric CA writes an identity's attributes: JSON `{"attrs":{...}}` as the raw value of the extension. */
export const attributesOid = '1.2.3.4.5.6.7.8.1';

/** What a certificate says about its holder. */
export interface Certificate {
  readonly pem: string;
  /** The enrolment id. */
  readonly commonName: string;
  /** `client`, `peer`, `orderer` or `admin` in certificates of ours; empty in certificates of authorities. */
  readonly organizationalUnit: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly serialNumber: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: KeyObject;
}

/** Reads a PEM certificate. Throws when it is none, or when its attributes are no JSON of strings. */
export function parseCertificate(pem: string): Certificate {
  const certificate = new X509Certificate(pem);
  const subject = new Map(
    certificate.subject.split('\n').map((line) => line.split(/=(.*)/s, 2) as [string, string]),
  );
  return {
    pem,
    commonName: subject.get('CN') ?? '',
    organizationalUnit: subject.get('OU') ?? '',
    attributes: attributesOf(pem),
    serialNumber: certificate.serialNumber.toLowerCase(),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    publicKey: certificate.publicKey,
  };
}

/**
 * Whether the certificate was issued by the authority's root and, when a time in milliseconds is given,
 * counts at that time. False for anything that does not parse.
 */
export function isIssuedBy(pem: string, rootPem: string, at?: number): boolean {
  try {
    const certificate = new X509Certificate(pem);
    const root = new X509Certificate(rootPem);
    const signed =
      root.ca && !certificate.ca && certificate.checkIssued(root) && certificate.verify(root.publicKey);
    return signed && (at === undefined || counts(certificate, at));
  } catch {
    return false;
  }
}

function counts(certificate: X509Certificate, at: number): boolean {
  return Date.parse(certificate.validFrom) <= at && at <= Date.parse(certificate.validTo);
}

function attributesOf(pem: string): Readonly<Record<string, string>> {
  const extension = new PeculiarCertificate(pem).getExtension(attributesOid);
  if (extension === null) return {};
  const parsed = JSON.parse(Buffer.from(extension.value).toString('utf8')) as { attrs?: unknown };
  const entries = Object.entries(parsed.attrs ?? {});
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string'))
    throw new TypeError('attributes of a certificate must be text');
  return Object.fromEntries(entries);
}

import { verify, X509Certificate } from 'node:crypto';

import { X509Crl } from '@peculiar/x509';

/** The certificates that an authority takes back, as it signed them (RFC 5280 section 5). */
export class RevocationList {
  /** Serial numbers in hexadecimal, lower case, without leading zeros. */
  readonly serials: ReadonlySet<string>;
  /** When it was made; milliseconds since 1970. */
  readonly madeAt: number;
  /** When a newer one is due; undefined where it does not say. */
  readonly nextAt: number | undefined;

  private constructor(crl: X509Crl) {
    this.serials = new Set(crl.entries.map(({ serialNumber }) => plainSerial(serialNumber)));
    this.madeAt = crl.thisUpdate.getTime();
    this.nextAt = crl.nextUpdate?.getTime();
  }

  /** Reads a PEM list. Throws when it is none, or when the authority's root, PEM, did not sign it. */
  static read(pem: string, rootPem: string): RevocationList {
    const crl = new X509Crl(pem);
    if (!isSignedBy(Buffer.from(crl.rawData), rootPem))
      throw new TypeError('the revocation list is not signed by this authority');
    return new RevocationList(crl);
  }

  /** Whether a certificate's serial number, in hexadecimal, is on it. */
  has(serialNumber: string): boolean {
    return this.serials.has(plainSerial(serialNumber));
  }
}

/** Serial numbers that a PEM list names, as they are compared, whoever signed it. */
export function revokedSerials(pem: string): string[] {
  return new X509Crl(pem).entries.map(({ serialNumber }) => plainSerial(serialNumber));
}

/** A serial number as it is compared: hexadecimal without leading zeros, which some write and some do not. */
export function plainSerial(serialNumber: string): string {
  return serialNumber.toLowerCase().replace(/^0+(?=.)/, '');
}

/** ecdsa-with-SHA256 as an AlgorithmIdentifier (RFC 5758 section 3.2): what Fabric CA and our authorities sign with. */
const ecdsaWithSha256 = Buffer.from('300a06082a8648ce3d040302', 'hex');

/** A list is SEQUENCE { what is signed, algorithm, BIT STRING }, the last without unused bits. */
function isSignedBy(der: Buffer, rootPem: string): boolean {
  const outer = elementAt(der, 0);
  const signed = elementAt(der, outer.content);
  const algorithm = elementAt(der, signed.end);
  const signature = elementAt(der, algorithm.end);
  const isPlain =
    der[0] === 0x30 &&
    der.subarray(signed.end, algorithm.end).equals(ecdsaWithSha256) &&
    der[algorithm.end] === 0x03;
  if (!isPlain || der[signature.content] !== 0 || signature.end !== der.length) return false;
  const { publicKey } = new X509Certificate(rootPem);
  return verify(
    'sha256',
    der.subarray(outer.content, signed.end),
    publicKey,
    der.subarray(signature.content + 1, signature.end),
  );
}

/** Where the content of a DER element starts and where it ends. */
function elementAt(der: Buffer, at: number): { content: number; end: number } {
  const first = der.readUInt8(at + 1);
  if (first < 0x80) return { content: at + 2, end: at + 2 + first };
  const width = first & 0x7f;
  const content = at + 2 + width;
  return { content, end: content + der.readUIntBE(at + 2, width) };
}

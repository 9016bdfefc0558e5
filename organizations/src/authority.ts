import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { createPrivateKey, type KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attributesOid } from './certificate.js';
import { type Identity, privateKeyPem, writeWhole } from './identity.js';

/** What Fabric reads from a certificate's organizational unit. */
export type CertificateType = 'client' | 'peer' | 'orderer' | 'admin';

/** Whom to certify. */
export interface Enrolment {
  readonly id: string;
  readonly type: CertificateType;
  readonly affiliation?: string;
  /** Roles within DStore, written as attribute `dstore.roles`, space separated. */
  readonly roles?: readonly string[];
}

/** A certificate for one end of a mutual TLS connection, both PEM. */
export interface TlsCredentials {
  readonly certificate: string;
  readonly privateKey: string;
}

interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly pem: string;
  readonly key: webcrypto.CryptoKey;
}

type KeyPair = webcrypto.CryptoKeyPair;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 24 * 60 * 60 * 1000;
const rootDays = 10 * 365;
/** Nothing renews what these authorities issue. */
const leafDays = 9 * 365;
/** Fabric CA dates certificates back as well, so that clocks may differ a little. */
const backdated = 5 * 60 * 1000;

x509.cryptoProvider.set(webcrypto);

/** One organization's certificate authorities: one for identities, one for TLS. */
export class Authority {
  readonly mspId: string;
  readonly #identity: Issuer;
  readonly #tls: Issuer;
  readonly #now: () => number;

  private constructor(mspId: string, identity: Issuer, tls: Issuer, now: () => number) {
    this.mspId = mspId;
    this.#identity = identity;
    this.#tls = tls;
    this.#now = now;
  }

  /** Founds both authorities and keeps them as PEM in the directory, keys with mode 0600. */
  static async create(directory: string, mspId: string, now = () => Date.now()): Promise<Authority> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const name of ['identity', 'tls']) {
      const issuer = await selfSigned(`${name} authority of ${mspId}`, mspId, now());
      const key = createPrivateKey(await pemOf(issuer.key));
      await writeWhole(join(directory, `${name}-ca-key.pem`), privateKeyPem(key), 0o600);
      await writeWhole(join(directory, `${name}-ca.pem`), issuer.pem, 0o644);
    }
    return Authority.open(directory, mspId, now);
  }

  /** Opens what {@link Authority.create} kept. Rejects when a file is missing or damaged. */
  static async open(directory: string, mspId: string, now = () => Date.now()): Promise<Authority> {
    const [identity, tls] = await Promise.all([load(directory, 'identity'), load(directory, 'tls')]);
    return new Authority(mspId, identity, tls, now);
  }

  /** PEM of the root that identity certificates chain to. */
  get identityRoot(): string {
    return this.#identity.pem;
  }

  /** PEM of the root that TLS certificates chain to. */
  get tlsRoot(): string {
    return this.#tls.pem;
  }

  /** Certifies a fresh key with the attributes that Fabric CA would write. */
  async issueIdentity(enrolment: Enrolment): Promise<Identity> {
    const keys = await generate();
    return {
      mspId: this.mspId,
      id: enrolment.id,
      certificate: await this.#identify(enrolment, keys.publicKey),
      privateKey: createPrivateKey(await pemOf(keys.privateKey)),
    };
  }

  /**
   * Certifies the P-256 key of a PKCS #10 request, PEM; of what it asks for nothing else counts. Rejects with RangeError
   * when it is none, holds another kind of key, or is not signed by it.
   */
  async certify(request: string, enrolment: Enrolment): Promise<string> {
    return this.#identify(enrolment, await keyOf(request));
  }

  /**
   * PEM of the list of certificates that one of the authorities takes back, by serial number; made now, the next due in a
   * year.
   */
  async revocationList(
    serialNumbers: readonly string[],
    of: 'identity' | 'tls' = 'identity',
  ): Promise<string> {
    const now = this.#now();
    const issuer = of === 'identity' ? this.#identity : this.#tls;
    const crl = await x509.X509CrlGenerator.create({
      issuer: issuer.certificate.subjectName,
      thisUpdate: new Date(now - backdated),
      nextUpdate: new Date(now + 365 * day),
      entries: serialNumbers.map((serialNumber) => ({ serialNumber, revocationDate: new Date(now) })),
      signingAlgorithm: algorithm,
      signingKey: issuer.key,
    });
    return `${crl.toString('pem')}\n`;
  }

  /** Certifies a fresh key for mutual TLS, as server (of the named hosts, loopback by default) and as client. */
  async issueTls(enrolment: Enrolment, hosts: readonly string[] = []): Promise<TlsCredentials> {
    const names: x509.JsonGeneralNames = [
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
      ...hosts.map((value) => ({
        type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const),
        value,
      })),
    ];
    const keys = await generate();
    const pem = await this.#issue(this.#tls, enrolment, keys.publicKey, [
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyAgreement,
        true,
      ),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension(names),
    ]);
    return { certificate: pem, privateKey: await pemOf(keys.privateKey) };
  }

  #identify(enrolment: Enrolment, key: webcrypto.CryptoKey): Promise<string> {
    const attributes = {
      'hf.Affiliation': enrolment.affiliation ?? '',
      'hf.EnrollmentID': enrolment.id,
      'hf.Type': enrolment.type,
      ...(enrolment.roles === undefined ? {} : { 'dstore.roles': enrolment.roles.join(' ') }),
    };
    const value = Buffer.from(JSON.stringify({ attrs: attributes }));
    return this.#issue(this.#identity, enrolment, key, [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.Extension(attributesOid, false, value),
    ]);
  }

  async #issue(
    issuer: Issuer,
    enrolment: Enrolment,
    publicKey: webcrypto.CryptoKey,
    extensions: x509.Extension[],
  ): Promise<string> {
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: [{ OU: [enrolment.type] }, { CN: [enrolment.id] }],
      issuer: issuer.certificate.subjectName,
      ...validity(this.#now(), leafDays),
      publicKey,
      signingKey: issuer.key,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        await x509.SubjectKeyIdentifierExtension.create(publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey),
        ...extensions,
      ],
    });
    return `${certificate.toString('pem')}\n`;
  }
}

async function keyOf(pem: string): Promise<webcrypto.CryptoKey> {
  try {
    const request = new x509.Pkcs10CertificateRequest(pem);
    const spki = request.publicKey.rawData;
    const key = await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']);
    if (await request.verify()) return key;
  } catch (cause) {
    throw new RangeError('no request for a certificate of a P-256 key', { cause });
  }
  throw new RangeError('the request is not signed by its own key');
}

async function selfSigned(name: string, mspId: string, now: number): Promise<Issuer> {
  const keys = await generate();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ O: [mspId] }, { CN: [name] }],
    ...validity(now, rootDays),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, pem: `${certificate.toString('pem')}\n`, key: keys.privateKey };
}

async function load(directory: string, name: string): Promise<Issuer> {
  const [pem, keyPem] = await Promise.all([
    readFile(join(directory, `${name}-ca.pem`), 'utf8'),
    readFile(join(directory, `${name}-ca-key.pem`), 'utf8'),
  ]);
  const der = createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' });
  const key = await webcrypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']);
  return { certificate: new x509.X509Certificate(pem), pem, key };
}

function generate(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const object: KeyObject = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return privateKeyPem(object);
}

function validity(now: number, days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now - backdated), notAfter: new Date(now - backdated + days * day) };
}

/** 16 random bytes, positive and without a leading zero, as RFC 5280 section 4.1.2.2 wants it. */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

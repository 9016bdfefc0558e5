import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { createPrivateKey, createPublicKey, type KeyObject, webcrypto } from 'node:crypto';

/** What a certificate is asked for. */
export interface RequestedSubject {
  readonly commonName: string;
  readonly organization?: string;
  /** DNS names and IP addresses that the holder serves under. */
  readonly hosts?: readonly string[];
}

/** A PKCS #10 request as PEM, and the key that it is for. */
export interface CertificateRequest {
  readonly pem: string;
  readonly privateKey: KeyObject;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

x509.cryptoProvider.set(webcrypto);

/** Asks for a certificate for a fresh P-256 key, or for one that is there already. */
export async function requestCertificate(
  subject: RequestedSubject,
  privateKey?: KeyObject,
): Promise<CertificateRequest> {
  const keys = privateKey === undefined ? await generate() : await imported(privateKey);
  const { commonName, organization, hosts = [] } = subject;
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [...(organization === undefined ? [] : [{ O: [organization] }]), { CN: [commonName] }],
    keys,
    signingAlgorithm: algorithm,
    extensions: hosts.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(hosts.map(generalName))],
  });
  return { pem: request.toString('pem'), privateKey: privateKey ?? (await exported(keys.privateKey)) };
}

/** A host as a subject alternative name: an IP address, or a DNS name. */
function generalName(host: string): x509.JsonGeneralName {
  return { type: /^[\d.]+$|:/.test(host) ? 'ip' : 'dns', value: host };
}

function generate(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function imported(key: KeyObject): Promise<webcrypto.CryptoKeyPair> {
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']),
    webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  ]);
  return { privateKey, publicKey };
}

async function exported(key: webcrypto.CryptoKey): Promise<KeyObject> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

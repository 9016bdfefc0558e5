import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';

import type { CaCaller } from './ca-connection.js';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 24 * 60 * 60 * 1000;
const days = 365;
const backdated = 5 * 60 * 1000;

x509.cryptoProvider.set(webcrypto);

/**
 * A TLS client certificate that nobody vouches for. A server that names it as its only client root lets in this one
 * client, where a CA as root would let in everybody whom the CA ever certified. `now` is in milliseconds.
 */
export async function selfSignedClient(commonName: string, now: number): Promise<CaCaller> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `40${randomBytes(15).toString('hex')}`,
    name: [{ CN: [commonName] }],
    notBefore: new Date(now - backdated),
    notAfter: new Date(now - backdated + days * day),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    ],
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return {
    certificate: `${certificate.toString('pem')}\n`,
    privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
  };
}

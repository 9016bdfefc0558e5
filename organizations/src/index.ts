export { Authority, type CertificateType, type Enrolment, type TlsCredentials } from './authority.js';
export { type Certificate, isIssuedBy, parseCertificate } from './certificate.js';
export { type Identity, loadIdentity, privateKeyPem, saveIdentity } from './identity.js';
export { isLowS, signLowS } from './signer.js';

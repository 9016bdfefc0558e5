export { Authority, type CertificateType, type Enrolment, type TlsCredentials } from './authority.js';
export { type CaAddress, type CaCaller } from './ca-connection.js';
export { caAddressIn, type CaKind, caNameOf, orgFolderIn, registrarFile } from './ca-place.js';
export { type CaFlaw, CaRefusal, type CaRefusalKind, CaUnreachable } from './ca-refusal.js';
export { type Certificate, isIssuedBy, parseCertificate } from './certificate.js';
export { certificateExpiries, type CertificateExpiry } from './certificate-expiry.js';
export {
  type Enrolled,
  type EnrolmentWish,
  FabricCa,
  type RegisteredIdentity,
  type Registration,
  type Revocation,
  type RevocationReason,
} from './fabric-ca.js';
export { type Identity, loadIdentity, privateKeyPem, saveIdentity } from './identity.js';
export {
  keepsMember,
  type KeptMember,
  KeystoreFault,
  type KeystoreFaultKind,
  openMember,
  saveMember,
} from './keystore.js';
export { type MspRoots, writeMsp, writePublicMsp, writeTls } from './msp-folder.js';
export {
  type Org,
  type OrgDisk,
  OrgFileFaults,
  type OrgSite,
  parseOrg,
  portsPerOrg,
  readOrgs,
} from './org-file.js';
export { type CertificateRequest, requestCertificate } from './certificate-request.js';
export { plainSerial, RevocationList, revokedSerials } from './revocation-list.js';
export { selfSignedClient } from './self-signed.js';
export { isLowS, signLowS } from './signer.js';

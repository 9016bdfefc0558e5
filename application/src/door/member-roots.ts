import type { TLSSocket } from 'node:tls';
import { type Account, isForeignIdentifier } from '@dstore/chaincode/domain';
import { type Certificate, isIssuedBy, parseCertificate, RevocationList } from '@dstore/organizations';
import { Denial } from '../ports/fault.js';

/** An organization and the root that signs its members' TLS certificates, PEM. One may have several while it changes them. */
export interface MemberRoot {
  readonly mspId: string;
  readonly tlsRoot: string;
  /** The TLS certificates that it takes back: the list that this root signed, PEM. Until there is one, none are. */
  readonly crl?: string;
}

interface Caller {
  readonly account: Account;
  readonly certificate: Certificate;
  readonly roots: readonly MemberRoot[];
}

/**
 * Who is at the other end of a connection: the organization whose root signed the certificate, and its common name as
 * enrolment id. What a certificate says of its organization counts for nothing.
 */
export class MemberRoots {
  readonly #now: () => readonly MemberRoot[];
  readonly #callers = new WeakMap<TLSSocket, Caller>();
  #roots: readonly MemberRoot[] = [];

  /** Asks for the roots whenever they matter: organizations join and leave. */
  constructor(now: () => readonly MemberRoot[]) {
    this.#now = now;
  }

  /** The roots of today; the same array as before when nothing changed. */
  current(): readonly MemberRoot[] {
    const now = this.#now();
    if (!sameRoots(now, this.#roots)) this.#roots = [...now];
    return this.#roots;
  }

  /** The member who connected. Denial `certificate-untrusted` when no root, or those of two organizations, signed. */
  callerOn(socket: TLSSocket): Account {
    const roots = this.current();
    const known = this.#callers.get(socket);
    const caller = known?.roots === roots ? known : this.#identify(socket, roots);
    if (caller.certificate.notAfter < Date.now()) throw untrusted('the certificate has ended');
    this.#callers.set(socket, caller);
    return caller.account;
  }

  #identify(socket: TLSSocket, roots: readonly MemberRoot[]): Caller {
    const pem = socket.getPeerX509Certificate()?.toString();
    if (pem === undefined) throw untrusted('there is no certificate');
    return { ...memberOf(pem, roots), roots };
  }
}

/** Whose certificate it is. Denial `certificate-untrusted` unless the roots of exactly one organization signed it. */
export function memberOf(pem: string, roots: readonly MemberRoot[]): Omit<Caller, 'roots'> {
  const signers = roots.filter(({ tlsRoot }) => isIssuedBy(pem, tlsRoot, Date.now()));
  const [msp, ...others] = new Set(signers.map(({ mspId }) => mspId));
  if (msp === undefined || others.length > 0)
    throw untrusted('the certificate is not signed by exactly one organization');
  const certificate = parsed(pem);
  if (signers.some((signer) => isRevoked(certificate, signer))) throw untrusted('the certificate is revoked');
  const id = certificate.commonName;
  if (!isForeignIdentifier(id)) throw untrusted('the certificate names no enrolment id');
  return { account: { msp, id }, certificate };
}

function parsed(pem: string): Certificate {
  try {
    return parseCertificate(pem);
  } catch {
    throw untrusted('the certificate can not be read');
  }
}

/** A list that its root did not sign may hide what the true one says: nobody passes until that is put right. */
function isRevoked({ serialNumber }: Certificate, { tlsRoot, crl }: MemberRoot): boolean {
  if (crl === undefined) return false;
  try {
    return RevocationList.read(crl, tlsRoot).has(serialNumber);
  } catch {
    throw untrusted('the revocation list of the organization can not be believed');
  }
}

function sameRoots(one: readonly MemberRoot[], other: readonly MemberRoot[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ mspId, tlsRoot, crl }, index) => {
      const against = other[index];
      return mspId === against?.mspId && tlsRoot === against.tlsRoot && crl === against.crl;
    })
  );
}

function untrusted(message: string): Denial {
  return new Denial('certificate-untrusted', message);
}

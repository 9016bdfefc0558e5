import { isIssuedBy, isLowS, type Certificate, parseCertificate } from '@dstore/organizations';
import { msp } from '@hyperledger/fabric-protos';
import { verify } from 'node:crypto';

/** Somebody whose certificate chains to a member organization's root. */
export interface Member {
  readonly mspId: string;
  readonly certificate: Certificate;
}

/** Bounds the memory spent on certificates seen; a consortium has far fewer. */
const remembered = 10_000;

/** The member organizations of a channel by their root certificates: who is who, and whose signature counts. */
export class Members {
  readonly #roots = new Map<string, string>();
  readonly #seen = new Map<string, Member>();

  /** Adds an organization, or replaces its root. */
  add(mspId: string, rootPem: string): void {
    this.#roots.set(mspId, rootPem);
    this.#seen.clear();
  }

  /** MSP ids in order. */
  get mspIds(): string[] {
    return [...this.#roots.keys()].sort();
  }

  /** The member behind a serialized identity, or undefined when no organization vouches for it. */
  find(serialized: Uint8Array): Member | undefined {
    const name = Buffer.from(serialized).toString('latin1');
    const known = this.#seen.get(name);
    if (known !== undefined) return known;
    const member = this.#parse(serialized);
    if (member !== undefined) {
      if (this.#seen.size >= remembered) this.#seen.clear();
      this.#seen.set(name, member);
    }
    return member;
  }

  #parse(serialized: Uint8Array): Member | undefined {
    try {
      const identity = msp.SerializedIdentity.deserializeBinary(serialized);
      const root = this.#roots.get(identity.getMspid());
      const pem = Buffer.from(identity.getIdBytes_asU8()).toString('utf8');
      if (root === undefined || !isIssuedBy(pem, root)) return undefined;
      return { mspId: identity.getMspid(), certificate: parseCertificate(pem) };
    } catch {
      return undefined;
    }
  }
}

/** Whether the member signed the message: ECDSA over SHA-256, DER, low s. */
export function hasSigned(member: Member, message: Uint8Array, signature: Uint8Array): boolean {
  // The key alone: with an object around it Node takes half as long again.
  return isLowS(signature) && verify('sha256', message, member.certificate.publicKey, signature);
}

/** A certificate with its organization, as Fabric puts it on the wire. */
export function serializeIdentity(mspId: string, certificatePem: string): Uint8Array {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(Buffer.from(certificatePem));
  return identity.serializeBinary();
}

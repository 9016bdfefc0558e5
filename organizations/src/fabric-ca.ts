import type { KeyObject } from 'node:crypto';

import type { CertificateType } from './authority.js';
import { type CaAddress, type CaCaller, CaConnection, type CaProof } from './ca-connection.js';
import { parseCertificate } from './certificate.js';
import { requestCertificate } from './certificate-request.js';

/** A certificate that a CA issued, with its key. */
export interface Enrolled extends CaCaller {
  /** PEM of the CA's own chain. */
  readonly chain: string;
}

/** What may be asked of a new certificate. */
export interface EnrolmentWish {
  readonly organization?: string;
  readonly hosts?: readonly string[];
  /** `tls` adds server and client authentication; without it a certificate only signs. */
  readonly profile?: 'tls';
}

/** Whom to register. */
export interface Registration {
  readonly id: string;
  readonly type: CertificateType;
  /** The CA makes one up when it is not given. */
  readonly secret?: string;
  readonly affiliation?: string;
  /** Attributes that every certificate of the identity shall carry. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** How often the secret may be used; without limit by default. */
  readonly maxEnrollments?: number;
}

/** An identity as the CA knows it. */
export interface RegisteredIdentity {
  readonly id: string;
  readonly type: string;
  readonly affiliation: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** How often its secret may be used; -1 without limit. */
  readonly maxEnrollments: number;
}

/** What to revoke: an identity with all its certificates, or one certificate. */
export type Revocation = { readonly id: string } | { readonly serial: string; readonly aki: string };

/** Reasons of RFC 5280 section 5.3.1 that Fabric CA takes. */
export type RevocationReason =
  'unspecified' | 'keycompromise' | 'affiliationchange' | 'superseded' | 'cessationofoperation';

/**
 * One certificate authority of a Fabric CA server, through its REST interface. All methods reject with CaRefusal when it
 * says no and with CaUnreachable when it does not answer.
 */
export class FabricCa {
  readonly #caName: string;
  readonly #connection: CaConnection;

  constructor(address: CaAddress) {
    this.#caName = address.caName;
    this.#connection = new CaConnection(address);
  }

  /** PEM of the CA's chain; also the way to ask whether it is there. */
  async chain(): Promise<string> {
    const result = (await this.#post('cainfo', 'tell about itself', {})) as { CAChain: string };
    return decoded(result.CAChain);
  }

  /** A certificate for a fresh key, by id and secret. */
  enroll(id: string, secret: string, wish: EnrolmentWish = {}): Promise<Enrolled> {
    return this.#issue('enroll', `enrol ${id}`, id, wish, { id, secret });
  }

  /** Certificate and chain, PEM, for the key of a PKCS #10 request that was made elsewhere, by id and secret. */
  certify(id: string, secret: string, request: string): Promise<Omit<Enrolled, 'privateKey'>> {
    return this.#sign('enroll', `enrol ${id}`, { certificate_request: request }, { id, secret });
  }

  /** A new certificate for somebody who has one: for the same key, or for a fresh one. */
  reenroll(caller: CaCaller, wish: EnrolmentWish & { freshKey?: boolean } = {}): Promise<Enrolled> {
    const id = parseCertificate(caller.certificate).commonName;
    const key = wish.freshKey === true ? undefined : caller.privateKey;
    return this.#issue('reenroll', `renew the certificate of ${id}`, id, wish, caller, key);
  }

  /** Makes an identity known; answers its secret. */
  async register(registrar: CaCaller, registration: Registration): Promise<string> {
    const { id, type, secret, affiliation = '', attributes = {}, maxEnrollments = -1 } = registration;
    const attrs = Object.entries(attributes).map(([name, value]) => ({ name, value, ecert: true }));
    const payload = { id, type, secret, affiliation, attrs, max_enrollments: maxEnrollments };
    return ((await this.#post('register', `register ${id}`, payload, registrar)) as { secret: string })
      .secret;
  }

  /** Revokes; answers the serial numbers that this added. No peer knows before it has the new {@link crl}. */
  async revoke(
    registrar: CaCaller,
    what: Revocation,
    reason: RevocationReason = 'unspecified',
  ): Promise<string[]> {
    const deed = 'id' in what ? `revoke ${what.id}` : `revoke certificate ${what.serial}`;
    const result = (await this.#post('revoke', deed, { ...what, reason }, registrar)) as {
      RevokedCerts: { Serial: string }[] | null;
    };
    return (result.RevokedCerts ?? []).map(({ Serial }) => Serial);
  }

  /** PEM of the list of all certificates that are revoked now and have not expired. */
  async crl(registrar: CaCaller): Promise<string> {
    const result = (await this.#post('gencrl', 'list what is revoked', {}, registrar)) as { CRL: string };
    return decoded(result.CRL);
  }

  /** PEM of the certificates that this CA issued, all or one identity's. */
  async certificates(registrar: CaCaller, id?: string): Promise<string[]> {
    const query = id === undefined ? '' : `&id=${encodeURIComponent(id)}`;
    const result = (await this.#get('certificates', query, 'list certificates', registrar)) as {
      certs: { PEM: string }[];
    };
    return result.certs.map(({ PEM }) => PEM);
  }

  /** The identities that the caller may see. */
  async identities(registrar: CaCaller): Promise<RegisteredIdentity[]> {
    const result = (await this.#get('identities', '', 'list identities', registrar)) as {
      identities: RawIdentity[];
    };
    return result.identities.map(({ id, type, affiliation, max_enrollments, attrs }) => ({
      id,
      type,
      affiliation,
      maxEnrollments: max_enrollments ?? -1,
      attributes: Object.fromEntries((attrs ?? []).map(({ name, value }) => [name, value])),
    }));
  }

  close(): void {
    this.#connection.close();
  }

  async #issue(
    verb: string,
    deed: string,
    id: string,
    { organization, hosts, profile }: EnrolmentWish,
    proof: CaProof,
    key?: KeyObject,
  ): Promise<Enrolled> {
    const subject = {
      commonName: id,
      ...(organization === undefined ? {} : { organization }),
      ...(hosts === undefined ? {} : { hosts }),
    };
    const request = await requestCertificate(subject, key);
    const signed = await this.#sign(verb, deed, { certificate_request: request.pem, profile }, proof);
    return { ...signed, privateKey: request.privateKey };
  }

  async #sign(verb: string, deed: string, payload: object, proof: CaProof) {
    const result = (await this.#post(verb, deed, payload, proof)) as {
      Cert: string;
      ServerInfo: { CAChain: string };
    };
    return { certificate: decoded(result.Cert), chain: decoded(result.ServerInfo.CAChain) };
  }

  #post(verb: string, deed: string, payload: object, proof?: CaProof): Promise<unknown> {
    return this.#connection.ask({
      method: 'POST',
      path: `/api/v1/${verb}`,
      payload: { ...payload, caname: this.#caName },
      deed,
      proof,
    });
  }

  #get(noun: string, query: string, deed: string, proof: CaCaller): Promise<unknown> {
    const path = `/api/v1/${noun}?ca=${encodeURIComponent(this.#caName)}${query}`;
    return this.#connection.ask({ method: 'GET', path, deed, proof });
  }
}

interface RawIdentity {
  readonly id: string;
  readonly type: string;
  readonly affiliation: string;
  readonly max_enrollments?: number;
  readonly attrs: readonly { readonly name: string; readonly value: string }[] | null;
}

const decoded = (base64: string) => Buffer.from(base64, 'base64').toString('utf8');

import { type Authority, parseCertificate } from '@dstore/organizations';
import type { Received } from './fake-ca.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const yes = (result: unknown) => ({ success: true, result, errors: [], messages: [] });
const no = (code: number, message: string) => ({ success: false, result: '', errors: [{ code, message }] });

interface Wish {
  readonly id: string;
  readonly attrs: readonly { readonly value: string }[];
  readonly max_enrollments: number;
}

interface Known {
  readonly secret: string;
  readonly roles: string;
  readonly most: number;
  issued: string[];
  revoked?: boolean;
}

/** A CA that registers and enrols for real, with what of Fabric CA's answers the verbs read. */
export class CaOfTests {
  readonly known = new Map<string, Known>();
  authority: Authority | undefined;

  constructor() {
    this.known.set('registrar', { secret: 'root secret', roles: '', most: -1, issued: [] });
  }

  /** Certificates are signed after the answer began, so the server is told them before. */
  async answer({ path, body, authorization = '' }: Received): Promise<unknown> {
    const verb = path.replace(/^\/api\/v1\/|\?.*$/g, '');
    const asked = JSON.parse(body === '' ? '{}' : body) as Record<string, never>;
    if (verb === 'enroll' || verb === 'reenroll') return this.#enroll(verb, authorization, asked);
    if (verb === 'register') return this.#register(asked as unknown as Wish);
    if (verb === 'revoke') return this.#revoke(asked['id'] ?? '');
    if (verb === 'gencrl') return this.#list();
    if (verb === 'identities')
      return yes({
        identities: [...this.known].map(([id, { roles, most }]) => ({
          ...{ id, type: 'client', affiliation: '', max_enrollments: most },
          attrs: [{ name: 'dstore.roles', value: roles }],
        })),
      });
    const id = /&id=(.*)$/.exec(path)?.[1] ?? '';
    return yes({ certs: (this.known.get(id)?.issued ?? []).map((PEM) => ({ PEM })) });
  }

  async #enroll(verb: string, authorization: string, asked: Record<string, string>) {
    const [id = '', secret] =
      verb === 'enroll'
        ? Buffer.from(authorization.slice('Basic '.length), 'base64').toString().split(':')
        : [parseCertificate(Buffer.from(authorization.split('.')[0] ?? '', 'base64').toString()).commonName];
    const known = this.known.get(id);
    const spent = known !== undefined && known.most > 0 && known.issued.length >= known.most;
    const bad =
      known === undefined ||
      known.revoked === true ||
      (verb === 'enroll' && (known.secret !== secret || spent));
    if (bad || this.authority === undefined) return no(20, 'Authentication failure');
    const roles = known.roles === '' ? [] : known.roles.split(' ');
    const request = asked['certificate_request'] ?? '';
    const pem = await this.authority.certify(request, { id, type: 'client', roles }).catch(() => undefined);
    if (pem === undefined) return no(9, 'Invalid request');
    known.issued.push(pem);
    return yes({ Cert: base64(pem), ServerInfo: { CAChain: base64(this.authority.identityRoot) } });
  }

  #register({ id, attrs, max_enrollments: most }: Wish) {
    if (this.known.has(id)) return no(74, `Identity '${id}' is already registered`);
    this.known.set(id, { secret: `secret of ${id}`, roles: attrs[0]?.value ?? '', most, issued: [] });
    return yes({ secret: `secret of ${id}` });
  }

  #revoke(id: string) {
    const known = this.known.get(id);
    if (known === undefined) return no(63, 'Failed to get user');
    const fresh = known.revoked === true ? [] : known.issued;
    known.revoked = true;
    return yes({
      RevokedCerts: fresh.map((pem) => ({ Serial: parseCertificate(pem).serialNumber, AKI: '0b' })),
    });
  }

  async #list() {
    const revoked = [...this.known.values()].filter((each) => each.revoked === true);
    const serials = revoked.flatMap(({ issued }) => issued.map((pem) => parseCertificate(pem).serialNumber));
    return yes({ CRL: base64((await this.authority?.revocationList(serials)) ?? '') });
  }
}

import { type CaCaller, CaRefusal, CaUnreachable, type FabricCa } from '@dstore/organizations';

import { Denial, Fault } from '../../ports/fault.js';
import type {
  Identities,
  KnownIdentity,
  RegistrationWish,
  RevocationReason,
} from '../../ports/identities.js';

/** The identities of an organization at its Fabric CA; `registrar` is who may register and revoke there. */
export class FabricCaIdentities implements Identities {
  readonly #ca: FabricCa;
  readonly #registrar: () => Promise<CaCaller>;

  constructor(ca: FabricCa, registrar: () => Promise<CaCaller>) {
    this.#ca = ca;
    this.#registrar = registrar;
  }

  register({ id, roles, enrollments: maxEnrollments }: RegistrationWish): Promise<string> {
    return translated(async () => {
      const attributes = { 'dstore.roles': roles.join(' ') };
      const registration = { id, type: 'client', attributes, maxEnrollments } as const;
      return this.#ca.register(await this.#registrar(), registration);
    });
  }

  certify(id: string, secret: string, request: string): Promise<string> {
    return translated(async () => {
      const { certificate, chain } = await this.#ca.certify(id, secret, request).catch((error: unknown) => {
        // The secret is looked at first: whatever else is wrong lies in the request.
        if (error instanceof CaRefusal && error.kind === 'other')
          throw new Denial('csr-malformed', 'the CA takes no such request');
        throw error;
      });
      return certificate + chain;
    });
  }

  list(): Promise<readonly KnownIdentity[]> {
    return translated(async () => {
      const found = await this.#ca.identities(await this.#registrar());
      return found.map(({ id, attributes }) => {
        const roles = (attributes['dstore.roles'] ?? '').split(' ').filter((role) => role !== '');
        return { id, roles };
      });
    });
  }

  revoke(id: string, reason: RevocationReason): Promise<number> {
    return translated(async () => (await this.#ca.revoke(await this.#registrar(), { id }, reason)).length);
  }

  crl(): Promise<string> {
    return translated(async () => this.#ca.crl(await this.#registrar()));
  }
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CaUnreachable)
      throw new Fault('ca-unavailable', error.message, { retryable: true, cause: error });
    if (error instanceof CaRefusal) throw denialOf(error);
    throw error;
  }
}

function denialOf(error: CaRefusal): unknown {
  if (error.kind === 'not-authenticated')
    return new Denial('secret-invalid', 'the id is not registered, or its secret is wrong, spent or revoked');
  if (error.kind === 'already-registered')
    return new Denial('identity-exists', 'the id is registered already');
  if (error.kind === 'unknown-identity') return new Denial('identity-unknown', 'the id is not registered');
  return new Fault('ca-unavailable', error.message, { retryable: false, cause: error });
}

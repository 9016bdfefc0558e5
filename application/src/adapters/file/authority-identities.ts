import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import {
  foreignIdentifier,
  hex,
  integer,
  list,
  object,
  oneOf,
  parseJson,
  roles,
  text,
} from '@dstore/chaincode/domain';
import { type Authority, parseCertificate } from '@dstore/organizations';

import { Denial } from '../../ports/fault.js';
import type { Identities, KnownIdentity, RegistrationWish } from '../../ports/identities.js';
import type { Random } from '../../ports/random.js';
import { replaceFile } from './replace-file.js';

const format = 'dstore/v1/identities';
const serial = text(64);
const fileShape = object({
  format: oneOf(format),
  identities: list(
    object({
      id: foreignIdentifier,
      roles: list(oneOf(...roles), 8),
      secretSha256: hex(32),
      left: integer(0, 1000),
      serials: list(serial, 1000),
    }),
    10_000,
  ),
  revoked: list(serial, 100_000),
});

type Kept = ReturnType<typeof fileShape>;

/** What the identities of an embedded organization need. */
export interface AuthorityMeans {
  readonly authority: Authority;
  /** A JSON file of its own; it holds digests of secrets, never secrets. */
  readonly path: string;
  readonly random: Random;
  /** Whether somebody who was never registered here has this id already. */
  readonly isTaken: (id: string) => Promise<boolean>;
}

/** The identities of an organization of the embedded network: what a Fabric CA would keep, in a file. */
export class AuthorityIdentities implements Identities {
  readonly #means: AuthorityMeans;
  #last: Promise<unknown> = Promise.resolve();

  constructor(means: AuthorityMeans) {
    this.#means = means;
  }

  register({ id, roles: given, enrollments: left }: RegistrationWish): Promise<string> {
    return this.#change(async (kept) => {
      const taken = kept.identities.some((each) => each.id === id) || (await this.#means.isTaken(id));
      if (taken) throw new Denial('identity-exists', 'the id is registered already');
      const secret = this.#means.random.bytes(24).toString('base64url');
      const identity = { id, roles: [...given], secretSha256: digestOf(secret), left, serials: [] };
      return [{ ...kept, identities: [...kept.identities, identity] }, secret];
    });
  }

  certify(id: string, secret: string, request: string): Promise<string> {
    return this.#change(async (kept) => {
      const found = kept.identities.find((each) => each.id === id);
      if (found === undefined || found.left === 0 || found.secretSha256 !== digestOf(secret))
        throw new Denial(
          'secret-invalid',
          'the id is not registered, or its secret is wrong, spent or revoked',
        );
      const certificate = await this.#certified(request, found);
      const serials = [...found.serials, parseCertificate(certificate).serialNumber];
      const next = replaced(kept, { ...found, left: found.left - 1, serials });
      return [next, certificate + this.#means.authority.identityRoot];
    });
  }

  async list(): Promise<readonly KnownIdentity[]> {
    return (await this.#read()).identities.map(({ id, roles: held }) => ({ id, roles: held }));
  }

  revoke(id: string): Promise<number> {
    return this.#change(async (kept) => {
      const found = kept.identities.find((each) => each.id === id);
      if (found === undefined) throw new Denial('identity-unknown', 'the id is not registered');
      const fresh = found.serials.filter((each) => !kept.revoked.includes(each));
      const next = replaced(kept, { ...found, left: 0 });
      return [{ ...next, revoked: [...kept.revoked, ...fresh] }, fresh.length];
    });
  }

  async crl(): Promise<string> {
    return this.#means.authority.revocationList((await this.#read()).revoked);
  }

  #certified(request: string, { id, roles: held }: Kept['identities'][number]): Promise<string> {
    return this.#means.authority
      .certify(request, { id, type: 'client', roles: held })
      .catch((error: unknown) => {
        if (error instanceof RangeError) throw new Denial('csr-malformed', error.message);
        throw error;
      });
  }

  /** One change after another; what it answers is durable by then. */
  #change<T>(change: (kept: Kept) => Promise<readonly [Kept, T]>): Promise<T> {
    const changed = this.#last.then(async () => {
      const [next, answer] = await change(await this.#read());
      await this.#write(next);
      return answer;
    });
    this.#last = changed.catch(() => undefined);
    return changed;
  }

  async #read(): Promise<Kept> {
    const source = await readFile(this.#means.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return JSON.stringify({ format, identities: [], revoked: [] });
    });
    return parseJson(fileShape, source);
  }

  async #write(kept: Kept): Promise<void> {
    await replaceFile(this.#means.path, `${JSON.stringify(kept, null, 2)}\n`);
  }
}

function replaced(kept: Kept, identity: Kept['identities'][number]): Kept {
  return { ...kept, identities: kept.identities.map((each) => (each.id === identity.id ? identity : each)) };
}

/** A secret has 192 bits of chance, so that no slow hash is needed. */
function digestOf(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}

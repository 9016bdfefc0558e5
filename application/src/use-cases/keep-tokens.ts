import { tokenDigest, tokenIdOf, tokenText } from '../core/token.js';
import { isScoped, type TokenScope } from '../core/token-scope.js';
import type { Clock } from '../ports/clock.js';
import { Denial } from '../ports/fault.js';
import type { Random } from '../ports/random.js';
import type { KeptToken, TokenRole, TokenStore } from '../ports/token-store.js';
import { IssueToken, type TokenWish } from './issue-token.js';

/** A token as it may be shown: without digests. */
export interface ShownToken extends TokenScope {
  readonly id: string;
  readonly name: string;
  readonly role: TokenRole;
  /** Milliseconds since 1970. */
  readonly endsAt?: number;
  /** Until when the text before the last rotation is good; absent where it no longer is. */
  readonly previousEndsAt?: number;
}

/** A token with its text, which is shown this once. */
export interface FreshToken extends ShownToken {
  readonly token: string;
}

/** Roles that a token may give to others: nothing that its own role lacks. Roles without a line give none. */
export const rolesGivenBy: Readonly<Partial<Record<TokenRole, readonly TokenRole[]>>> = {
  owner: ['reader', 'writer', 'owner', 'auditor'],
};

/** Milliseconds for which the old text of a rotated token stays good unless told otherwise: a day. */
export const rotationGrace = 86_400_000;

/** Lists, gives, rotates and removes API tokens for whoever owns the vault. */
export class KeepTokens {
  readonly #store: TokenStore;
  readonly #random: Random;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(store: TokenStore, random: Random, clock: Pick<Clock, 'now'>) {
    this.#store = store;
    this.#random = random;
    this.#clock = clock;
  }

  async list(): Promise<ShownToken[]> {
    return (await this.#store.list()).map((kept) => this.#shown(kept));
  }

  /** Denials `scope-missing` for a role that `maker` lacks, `request-malformed` for a token that could do nothing. */
  async give(maker: TokenRole, wish: TokenWish): Promise<FreshToken> {
    insistGives(maker, wish.role);
    insistUseful(wish, this.#clock.now());
    const token = await new IssueToken(this.#store, this.#random).run(wish);
    const id = tokenIdOf(token) ?? '';
    return { ...this.#shown({ ...wish, id, sha256: tokenDigest(token) }), token };
  }

  /**
   * A new text for a token, which keeps id, role, scope and end. The old text is good until `oldEndsAt`, by default for
   * a day; one from before that ends at once, so that two live at most. Denials `token-unknown`, and `scope-missing` for
   * one that `maker` could not give: who is shown a text has its role.
   */
  async rotate(
    maker: TokenRole,
    id: string,
    oldEndsAt = this.#clock.now() + rotationGrace,
  ): Promise<FreshToken> {
    const endsAt = Math.max(oldEndsAt, this.#clock.now());
    const token = tokenText(Buffer.from(insistId(id), 'hex'), this.#random.bytes(32));
    const rotated = await this.#store.change(id, (kept) => {
      insistGives(maker, kept.role);
      return { ...kept, sha256: tokenDigest(token), previous: { sha256: kept.sha256, endsAt } };
    });
    if (rotated === undefined) throw unknown();
    return { ...this.#shown(rotated), token };
  }

  /** Whoever shows it is refused from now on. Denials `token-unknown`, and `scope-missing` for one that `maker` could not give. */
  async remove(maker: TokenRole, id: string): Promise<void> {
    const kept = await this.#store.find(id);
    if (kept !== undefined) insistGives(maker, kept.role);
    if (!(await this.#store.remove(id))) throw unknown();
  }

  #shown({ id, name, role, endsAt, buckets, prefixes, verbs, previous }: KeptToken): ShownToken {
    const previousEndsAt = previous && Math.min(previous.endsAt, endsAt ?? Infinity);
    const lives = previousEndsAt !== undefined && previousEndsAt > this.#clock.now();
    return {
      id,
      name,
      role,
      ...(endsAt !== undefined && { endsAt }),
      ...(buckets && { buckets }),
      ...(prefixes && { prefixes }),
      ...(verbs && { verbs }),
      ...(lives && { previousEndsAt }),
    };
  }
}

function insistGives(maker: TokenRole, role: TokenRole): void {
  if (!(rolesGivenBy[maker] ?? []).includes(role))
    throw new Denial('scope-missing', `the role ${maker} may not give the role ${role}`);
}

function insistUseful({ role, endsAt = Infinity, verbs = [], ...names }: TokenWish, now: number): void {
  if (endsAt <= now) throw new Denial('request-malformed', 'the end of the token is past');
  const scoped = isScoped(names) || verbs.length > 0;
  if (scoped && role !== 'reader' && role !== 'writer')
    throw new Denial('request-malformed', 'buckets, prefixes and verbs narrow a reader or a writer only');
  if (role === 'reader' && verbs.some((verb) => verb === 'put' || verb === 'delete'))
    throw new Denial('request-malformed', 'a reader can only have the verbs get and list');
}

function insistId(id: string): string {
  if (!/^[0-9a-f]{16}$/.test(id)) throw unknown();
  return id;
}

function unknown(): Denial {
  return new Denial('token-unknown', 'there is no such token');
}

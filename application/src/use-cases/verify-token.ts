import { timingSafeEqual } from 'node:crypto';
import { tokenDigest, tokenIdOf } from '../core/token.js';
import type { TokenScope } from '../core/token-scope.js';
import type { Clock } from '../ports/clock.js';
import { Denial } from '../ports/fault.js';
import type { KeptToken, TokenRole, TokenStore } from '../ports/token-store.js';

/** Who asks: what a token stands for. */
export interface Caller {
  readonly tokenId: string;
  readonly name: string;
  readonly role: TokenRole;
  /** What of the role's objects it is narrowed to. */
  readonly scope: TokenScope;
}

/** Finds out who a token stands for. */
export class VerifyToken {
  readonly #store: Pick<TokenStore, 'find'>;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(store: Pick<TokenStore, 'find'>, clock: Pick<Clock, 'now'>) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Denials `token-invalid`, whatever is wrong with it, and `token-expired`. */
  async run(text: string): Promise<Caller> {
    const id = tokenIdOf(text);
    const kept = id === undefined ? undefined : await this.#store.find(id);
    const endsAt = kept && endOf(kept, tokenDigest(text));
    if (kept === undefined || endsAt === undefined)
      throw new Denial('token-invalid', 'this token is not known here');
    if (endsAt <= this.#clock.now()) throw new Denial('token-expired', 'this token has expired');
    const { buckets, prefixes, verbs } = kept;
    const scope = {
      ...(buckets && { buckets }),
      ...(prefixes && { prefixes }),
      ...(verbs && { verbs }),
    };
    return { tokenId: kept.id, name: kept.name, role: kept.role, scope };
  }
}

/** When the text with this digest ends; undefined where it is none of the token's. */
function endOf({ sha256, endsAt = Infinity, previous }: KeptToken, given: string): number | undefined {
  if (sameDigest(sha256, given)) return endsAt;
  if (previous === undefined || !sameDigest(previous.sha256, given)) return undefined;
  return Math.min(previous.endsAt, endsAt);
}

function sameDigest(kept: string, given: string): boolean {
  return kept.length === given.length && timingSafeEqual(Buffer.from(kept), Buffer.from(given));
}

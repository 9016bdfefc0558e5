import { timingSafeEqual } from 'node:crypto';
import { tokenDigest, tokenIdOf } from '../core/token.js';
import type { Clock } from '../ports/clock.js';
import { Denial } from '../ports/fault.js';
import type { TokenRole, TokenStore } from '../ports/token-store.js';

/** Who asks: what a token stands for. */
export interface Caller {
  readonly tokenId: string;
  readonly name: string;
  readonly role: TokenRole;
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
    if (kept === undefined || !sameDigest(kept.sha256, tokenDigest(text)))
      throw new Denial('token-invalid', 'this token is not known here');
    if (kept.endsAt !== undefined && kept.endsAt <= this.#clock.now())
      throw new Denial('token-expired', 'this token has expired');
    return { tokenId: kept.id, name: kept.name, role: kept.role };
  }
}

function sameDigest(kept: string, given: string): boolean {
  return kept.length === given.length && timingSafeEqual(Buffer.from(kept), Buffer.from(given));
}

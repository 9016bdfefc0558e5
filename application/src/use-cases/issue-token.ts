import { tokenDigest, tokenIdOf, tokenText } from '../core/token.js';
import type { TokenScope } from '../core/token-scope.js';
import type { Random } from '../ports/random.js';
import type { KeptToken, TokenRole, TokenStore } from '../ports/token-store.js';

/** What a token is to be. */
export interface TokenWish extends TokenScope {
  readonly name: string;
  readonly role: TokenRole;
  readonly endsAt?: number;
}

/** Makes API tokens; the text is shown once and kept as a digest only. */
export class IssueToken {
  readonly #store: Pick<TokenStore, 'keep'>;
  readonly #random: Random;

  constructor(store: Pick<TokenStore, 'keep'>, random: Random) {
    this.#store = store;
    this.#random = random;
  }

  /** The token's text. `endsAt`: milliseconds since 1970. */
  async run(wish: TokenWish): Promise<string> {
    const text = tokenText(this.#random.bytes(8), this.#random.bytes(32));
    const token: KeptToken = { ...wish, id: tokenIdOf(text) ?? '', sha256: tokenDigest(text) };
    await this.#store.keep(token);
    return text;
  }
}

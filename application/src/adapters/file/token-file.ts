import { readFile } from 'node:fs/promises';
import { hex, integer, list, object, oneOf, optional, parseJson, text } from '@dstore/chaincode/domain';
import { tokenVerbs } from '../../core/token-scope.js';
import { Denial } from '../../ports/fault.js';
import { type KeptToken, tokenRoles, type TokenStore } from '../../ports/token-store.js';
import { replaceFile } from './replace-file.js';

const format = 'dstore/v1/tokens';
/** Most tokens of one file. */
const mostTokens = 10_000;
const milliseconds = integer(0, Number.MAX_SAFE_INTEGER);
const fileShape = object({
  format: oneOf(format),
  tokens: list(
    object({
      id: hex(8),
      name: text(128),
      role: oneOf(...tokenRoles),
      sha256: hex(32),
      endsAt: optional(milliseconds),
      buckets: optional(list(text(63), 100)),
      prefixes: optional(list(text(1024), 100)),
      verbs: optional(list(oneOf(...tokenVerbs), tokenVerbs.length)),
      previous: optional(object({ sha256: hex(32), endsAt: milliseconds })),
    }),
    mostTokens,
  ),
});

/** Tokens in a JSON file that only its owner may read; it holds digests, never tokens. */
export class TokenFile implements TokenStore {
  readonly #path: string;
  #tokens: Promise<Map<string, KeptToken>> | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  async find(id: string): Promise<KeptToken | undefined> {
    return (await this.#load()).get(id);
  }

  async list(): Promise<readonly KeptToken[]> {
    return [...(await this.#load()).values()];
  }

  async keep(token: KeptToken): Promise<void> {
    await this.#rewrite((tokens) => {
      if (tokens.size >= mostTokens && !tokens.has(token.id))
        throw new Denial('quota-reached', 'no more tokens are kept; delete some', {
          limit: String(mostTokens),
        });
      return tokens.set(token.id, token);
    });
  }

  async change(id: string, change: (token: KeptToken) => KeptToken): Promise<KeptToken | undefined> {
    let changed: KeptToken | undefined;
    await this.#rewrite((tokens) => {
      const known = tokens.get(id);
      if (known === undefined) return undefined;
      changed = change(known);
      return tokens.set(id, changed);
    });
    return changed;
  }

  async remove(id: string): Promise<boolean> {
    let removed = false;
    await this.#rewrite((tokens) => {
      removed = tokens.delete(id);
      return removed ? tokens : undefined;
    });
    return removed;
  }

  /** One after the other; what comes back as undefined is not written. */
  async #rewrite(
    change: (tokens: Map<string, KeptToken>) => Map<string, KeptToken> | undefined,
  ): Promise<void> {
    const written = this.#writing.then(async () => {
      const tokens = change(new Map(await this.#load()));
      if (tokens === undefined) return;
      await this.#write([...tokens.values()]);
      this.#tokens = Promise.resolve(tokens);
    });
    this.#writing = written.catch(() => undefined);
    await written;
  }

  #load(): Promise<Map<string, KeptToken>> {
    this.#tokens ??= this.#read();
    return this.#tokens;
  }

  async #read(): Promise<Map<string, KeptToken>> {
    const source = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return JSON.stringify({ format, tokens: [] });
    });
    const { tokens } = parseJson(fileShape, source);
    return new Map(tokens.map((token) => [token.id, token]));
  }

  async #write(tokens: readonly KeptToken[]): Promise<void> {
    await replaceFile(this.#path, `${JSON.stringify({ format, tokens }, null, 2)}\n`);
  }
}

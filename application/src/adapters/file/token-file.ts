import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hex, integer, list, object, oneOf, optional, parseJson, text } from '@dstore/chaincode/domain';
import { type KeptToken, tokenRoles, type TokenStore } from '../../ports/token-store.js';

const format = 'dstore/v1/tokens';
const fileShape = object({
  format: oneOf(format),
  tokens: list(
    object({
      id: hex(8),
      name: text(128),
      role: oneOf(...tokenRoles),
      sha256: hex(32),
      endsAt: optional(integer(0, Number.MAX_SAFE_INTEGER)),
    }),
    10_000,
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

  async keep(token: KeptToken): Promise<void> {
    const written = this.#writing.then(async () => {
      const tokens = new Map(await this.#load()).set(token.id, token);
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
    await mkdir(dirname(this.#path), { recursive: true });
    const fresh = `${this.#path}.new`;
    const handle = await open(fresh, 'w', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify({ format, tokens }, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, this.#path);
  }
}

import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { FileKeyring } from './adapters/file/file-keyring.js';
import type { TokenFile } from './adapters/file/token-file.js';
import { masterOf, wordsOf } from './core/keys.js';
import { tokenDigest, tokenIdOf } from './core/token.js';
import { Fault } from './ports/fault.js';
import type { Random } from './ports/random.js';
import type { TokenRole } from './ports/token-store.js';
import { IssueToken } from './use-cases/issue-token.js';

/** Where a vault's key lies, and what tells that there was one. */
export interface KeyPlaces {
  readonly vaultId: string;
  readonly master: string;
  /** The 24 words, for whoever wants to keep them. */
  readonly words: string;
  /** A catalog that is there has been sealed with a key. */
  readonly catalog: string;
}

/**
 * The vault's keys: made at the first start, with the words beside them; from the words where only those are left.
 * Permanent Fault `not-ready` where there is a catalog and neither of them.
 */
export async function keepKeyring(
  { vaultId, master: path, words, catalog }: KeyPlaces,
  random: Random,
): Promise<FileKeyring> {
  if ((await readText(path)) !== undefined) return FileKeyring.open(path, { vaultId });
  const kept = await readText(words);
  if (kept === undefined && existsSync(catalog)) {
    const text = `the master key is gone from ${path}, and so are its words; put one of them back`;
    throw new Fault('not-ready', text, { retryable: false });
  }
  const master = kept === undefined ? random.bytes(32) : masterOf(kept);
  if (master === undefined)
    throw new Fault('not-ready', `${words} does not hold the 24 words`, { retryable: false });
  await writeFile(words, `${wordsOf(master)}\n`, { mode: 0o600, flush: true });
  return FileKeyring.create(path, master, { vaultId }, random);
}

/** A token that is kept in a file; the same at every start. */
export async function keepToken(
  path: string,
  wish: { readonly name: string; readonly role: TokenRole },
  tokens: TokenFile,
  random: Random,
): Promise<string> {
  const kept = (await readText(path))?.trim() ?? '';
  const known = await tokens.find(tokenIdOf(kept) ?? '');
  if (known?.sha256 === tokenDigest(kept)) return kept;
  const token = await new IssueToken(tokens, random).run(wish);
  await writeFile(path, `${token}\n`, { mode: 0o600 });
  return token;
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
}

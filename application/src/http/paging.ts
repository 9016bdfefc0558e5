import { Denial } from '../ports/fault.js';

/** What a listing asks for. */
export interface PageWish {
  readonly limit: number;
  /** What the page before gave as `next`. */
  readonly cursor?: string;
}

/** One page, and where the next goes on. */
export interface Page<T> {
  readonly items: T[];
  readonly next?: string;
}

/**
 * A page of items in the order of their names. The cursor is the name of the last item shown, so that it survives
 * whatever is written between two pages. Denial `cursor-malformed`.
 */
export function pageOfItems<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { limit, cursor }: PageWish,
): Page<T> {
  const after = cursor === undefined ? undefined : nameIn(cursor);
  const named = items
    .map((item) => ({ item, name: nameOf(item) }))
    .filter(({ name }) => after === undefined || name > after)
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  const shown = named.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(({ item }) => item),
    ...(named.length > limit && last !== undefined ? { next: cursorOf(last.name) } : {}),
  };
}

const mostEpoch = 10n ** 39n;

/** A name of an epoch under which the newest comes first. */
export const newestFirst = (epoch: bigint) => String(mostEpoch - epoch).padStart(40, '0');

function cursorOf(name: string): string {
  return Buffer.from(name, 'utf8').toString('base64url');
}

function nameIn(cursor: string): string {
  const name = Buffer.from(cursor, 'base64url').toString('utf8');
  if (name === '' || cursorOf(name) !== cursor)
    throw new Denial('cursor-malformed', 'the cursor is none that a listing gave');
  return name;
}

/** The header `Link` of a page that has a next one, for the path and query it was asked by; undefined for any other answer. */
export function nextLink(url: string, answer: unknown): string | undefined {
  const { next } = (answer ?? {}) as { readonly next?: unknown };
  if (typeof next !== 'string') return undefined;
  const [path = '', search = ''] = url.split('?', 2);
  const query = new URLSearchParams(search);
  query.set('cursor', next);
  return `<${path}?${query.toString()}>; rel="next"`;
}

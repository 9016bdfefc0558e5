import { Denial } from '../ports/fault.js';
import type { Catalog, ListedVersion, ListFrom, Listing } from '../ports/catalog.js';

/** What a listing asks for. */
export interface ListRequest {
  readonly bucket: string;
  readonly prefix?: string;
  /** Names between the prefix and the next delimiter are rolled up. */
  readonly delimiter?: string;
  readonly startAfter?: string;
  /** What the page before gave as `next`. */
  readonly cursor?: string;
  /** 1 to 1000. */
  readonly limit: number;
  readonly versions?: boolean;
}

/** One page, in UTF-8 byte order of keys. */
export interface ListPage {
  readonly items: readonly ListedVersion[];
  readonly prefixes: readonly string[];
  readonly next: string | undefined;
}

/** Behind every key that begins with the same text. */
const beyond = '\u{10FFFF}';

/** Names read at first where any of them may stand for a thousand others. */
const fewestAhead = 2;

/** Lists objects page by page; a cursor survives writes, because it names a place between keys. */
export class ListObjects {
  readonly #catalog: Pick<Catalog, 'bucket' | 'list' | 'firstKey'>;

  constructor(catalog: Pick<Catalog, 'bucket' | 'list' | 'firstKey'>) {
    this.#catalog = catalog;
  }

  /** Denials `bucket-unknown`, `cursor-malformed`. */
  run(request: ListRequest): ListPage {
    const { bucket, prefix = '', delimiter, limit, versions = false } = request;
    if (this.#catalog.bucket(bucket) === undefined)
      throw new Denial('bucket-unknown', `there is no bucket ${bucket}`);
    let after = startOf(request);
    let ahead = delimiter === undefined ? limit + 1 : fewestAhead;
    const items: ListedVersion[] = [];
    const prefixes: string[] = [];
    const isFull = () => items.length + prefixes.length === limit;
    for (;;) {
      const from = { bucket, prefix, versions, ...(after === undefined ? {} : { after }) };
      const first = this.#rolledNext(from, delimiter);
      if (first !== undefined) {
        if (isFull()) return { items, prefixes, next: after && encodeCursor(after) };
        prefixes.push(first);
        after = { key: first + beyond };
        ahead = fewestAhead;
        continue;
      }
      const most = Math.min(limit - items.length - prefixes.length + 1, ahead);
      const page = this.#catalog.list({ ...from, limit: most });
      for (const version of page) {
        if (rolledUp(version.key, prefix, delimiter) !== undefined) break;
        if (isFull()) return { items, prefixes, next: after && encodeCursor(after) };
        items.push(version);
        after = { key: version.key, ...(versions ? { versionId: version.versionId } : {}) };
      }
      if (page.length < most && !page.some(({ key }) => rolledUp(key, prefix, delimiter) !== undefined))
        return { items, prefixes, next: undefined };
      ahead *= 2;
    }
  }

  /** What the next name is rolled up to, if it is; a version in the middle of its key's is none. */
  #rolledNext(from: Omit<Listing, 'limit'>, delimiter: string | undefined): string | undefined {
    if (delimiter === undefined || delimiter === '' || from.after?.versionId !== undefined) return undefined;
    const key = this.#catalog.firstKey(from);
    return key === undefined ? undefined : rolledUp(key, from.prefix, delimiter);
  }
}

function startOf({ cursor, startAfter }: ListRequest): ListFrom | undefined {
  if (cursor !== undefined) return decodeCursor(cursor);
  return startAfter === undefined ? undefined : { key: startAfter };
}

function rolledUp(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined || delimiter === '') return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

function encodeCursor(from: ListFrom): string {
  return Buffer.from(JSON.stringify([from.key, from.versionId ?? null]), 'utf8').toString('base64url');
}

function decodeCursor(cursor: string): ListFrom {
  try {
    const [key, versionId] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as [
      unknown,
      unknown,
    ];
    if (typeof key === 'string' && typeof versionId === 'string') return { key, versionId };
    if (typeof key === 'string' && versionId === null) return { key };
  } catch {
    // Falls through: whatever is no cursor of ours is refused alike.
  }
  throw new Denial('cursor-malformed', 'the cursor is none that a listing gave');
}

import { Denial } from '../ports/fault.js';
import type { Catalog, ListedVersion, ListFrom } from '../ports/catalog.js';

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
  readonly #catalog: Pick<Catalog, 'bucket' | 'list'>;

  constructor(catalog: Pick<Catalog, 'bucket' | 'list'>) {
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
    for (;;) {
      const most = Math.min(limit - items.length - prefixes.length + 1, ahead);
      const from = after === undefined ? {} : { after };
      const page = this.#catalog.list({ bucket, prefix, limit: most, versions, ...from });
      const rolledBefore = prefixes.length;
      for (const version of page) {
        if (items.length + prefixes.length === limit)
          return { items, prefixes, next: after && encodeCursor(after) };
        const rolled = rolledUp(version.key, prefix, delimiter);
        if (rolled === undefined) {
          items.push(version);
          after = { key: version.key, ...(versions ? { versionId: version.versionId } : {}) };
        } else {
          prefixes.push(rolled);
          after = { key: rolled + beyond };
          break;
        }
      }
      const rolledUpOne = prefixes.length > rolledBefore;
      if (!rolledUpOne && page.length < most) return { items, prefixes, next: undefined };
      ahead = rolledUpOne ? fewestAhead : ahead * 2;
    }
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

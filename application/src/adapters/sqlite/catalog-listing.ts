import type { Version } from '../../core/delta.js';
import type { Listing, ListedVersion } from '../../ports/catalog.js';

interface ListedRow {
  readonly current: number;
  readonly listed: string;
}

type Query = (sql: string, ...values: (string | number)[]) => ListedRow[];

const columns = 'SELECT current, listed FROM versions WHERE bucket = ?';

/** One page of versions, found by where it begins: as dear at the end of ten million as at their front. */
export function listVersions(
  query: Query,
  { bucket, prefix, after, limit, versions }: Listing,
): ListedVersion[] {
  const rows = versions
    ? listAll(query, { bucket, prefix, after, limit })
    : listCurrent(query, { bucket, prefix, after, limit });
  return rows.map(asListed).filter((version) => version.key.startsWith(prefix));
}

/** The first key that a listing would show, which the index knows without its row. */
export function firstKey(
  query: (sql: string, ...values: (string | number)[]) => { readonly key: string }[],
  { bucket, prefix, after, versions }: Omit<Listing, 'limit'>,
): string | undefined {
  const behind = after !== undefined && !isBefore(after.key, prefix);
  const shown = versions ? '' : 'AND current = 1 AND marker = 0';
  const sql = `SELECT key FROM versions WHERE bucket = ? AND key ${behind ? '>' : '>='} ? ${shown} ORDER BY key LIMIT 1`;
  const key = query(sql, bucket, behind ? after.key : prefix)[0]?.key;
  return key?.startsWith(prefix) === true ? key : undefined;
}

type Page = Pick<Listing, 'bucket' | 'prefix' | 'limit'> & { readonly after: Listing['after'] };

function listCurrent(query: Query, { bucket, prefix, after, limit }: Page): ListedRow[] {
  const behind = after !== undefined && !isBefore(after.key, prefix);
  const sql = `${columns} AND key ${behind ? '>' : '>='} ? AND current = 1 AND marker = 0 ORDER BY key LIMIT ?`;
  return query(sql, bucket, behind ? after.key : prefix, limit);
}

function listAll(query: Query, { bucket, prefix, after, limit }: Page): ListedRow[] {
  const order = 'ORDER BY key, seq DESC LIMIT ?';
  if (after === undefined || isBefore(after.key, prefix))
    return query(`${columns} AND key >= ? ${order}`, bucket, prefix, limit);
  if (after.versionId === undefined)
    return query(`${columns} AND key > ? ${order}`, bucket, after.key, limit);
  // Behind a version that is gone by now, all that its key has left comes again: rather twice than not at all.
  const behind =
    'key >= ? AND (key > ? OR seq < COALESCE((SELECT seq FROM versions WHERE version_id = ?), 9007199254740991))';
  return query(`${columns} AND ${behind} ${order}`, bucket, after.key, after.key, after.versionId, limit);
}

/** In UTF-8 byte order, as SQLite compares. */
function isBefore(key: string, other: string): boolean {
  return Buffer.compare(Buffer.from(key, 'utf8'), Buffer.from(other, 'utf8')) < 0;
}

function asListed({ current, listed }: ListedRow): ListedVersion {
  return { ...(JSON.parse(listed) as Omit<Version, 'streams'>), current: current === 1 };
}

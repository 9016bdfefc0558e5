import { remoteLocation, type RemoteLocation } from '../location.js';
import type { Session } from '../session.js';
import { printable, sizeText } from '../text.js';

/** An object as listings show it. */
export interface ListedObject {
  readonly key: string;
  readonly versionId: string;
  readonly bytes: number;
  readonly modified: string;
}

interface ObjectsPage {
  readonly items: readonly ListedObject[];
  readonly prefixes: readonly string[];
}

/** Every object under a prefix. */
export async function* keysUnder(
  session: Session,
  { bucket, key }: RemoteLocation,
): AsyncGenerator<ListedObject> {
  const path = `/v1/buckets/${encodeURIComponent(bucket)}/objects`;
  for await (const page of session.client.pages<ObjectsPage>({ path, query: { prefix: key, limit: '1000' } }))
    yield* page.items;
}

/** `ls`: buckets, or what is under a prefix; folders are rolled up unless `recursive`. */
export async function list(
  session: Session,
  where: string | undefined,
  options: { readonly recursive?: boolean; readonly long?: boolean },
): Promise<void> {
  if (where === undefined || where === 'ds://') return listBuckets(session);
  const { bucket, key } = remoteLocation(where);
  const path = `/v1/buckets/${encodeURIComponent(bucket)}/objects`;
  const query = { prefix: key, limit: '1000', delimiter: options.recursive ? undefined : '/' };
  for await (const { items, prefixes } of session.client.pages<ObjectsPage>({ path, query })) {
    for (const prefix of prefixes) await session.item({ prefix }, printable(prefix));
    for (const item of items) await session.item(item, options.long ? longLine(item) : printable(item.key));
  }
}

function longLine({ key, bytes, modified, versionId }: ListedObject): string {
  return `${sizeText(bytes).padStart(10)}  ${modified}  ${versionId.slice(0, 8)}  ${printable(key)}`;
}

async function listBuckets(session: Session): Promise<void> {
  const items = await session.client.all<{
    bucket: string;
    geometry: string;
    versions: string;
    objects: number;
    bytes: number;
    quotaBytes?: number;
    created: string;
  }>('/v1/buckets');
  const head = ['bucket', 'geometry', 'versions', 'objects', 'size', 'quota', 'created'];
  await session.items(items, head, (item) => [
    item.bucket,
    item.geometry,
    item.versions,
    String(item.objects),
    sizeText(item.bytes),
    item.quotaBytes === undefined ? 'none' : sizeText(item.quotaBytes),
    item.created,
  ]);
}

import { inLanes } from '../../core/lanes.js';
import { confirm } from '../confirm.js';
import { objectLocation, objectPath, remoteLocation, type RemoteLocation } from '../location.js';
import type { Session } from '../session.js';
import { byteCountIn } from '../text.js';
import { keysUnder } from './list.js';

/** `mb`: makes a bucket. */
export async function makeBucket(
  session: Session,
  where: string,
  wish: { readonly geometry?: string; readonly versions?: string; readonly quota?: string },
): Promise<void> {
  const { bucket } = remoteLocation(where);
  const { geometry, versions, quota } = wish;
  const quotaBytes = quota === undefined ? undefined : byteCountIn(quota);
  const path = `/v1/buckets/${encodeURIComponent(bucket)}`;
  const made = await session.client.tell<{ geometry: string }>('PUT', path, {
    geometry,
    versions,
    quotaBytes,
  });
  await session.item(made, `bucket ds://${bucket}, ${made.geometry}`);
}

/** `rm`: deletes an object, or with `recursive` everything under a prefix, after a yes. */
export async function remove(
  session: Session,
  where: string,
  options: { readonly recursive?: boolean; readonly yes?: boolean },
): Promise<void> {
  if (options.recursive !== true) return removeOne(session, objectLocation(where));
  const location = remoteLocation(where);
  const doomed: RemoteLocation[] = [];
  for await (const { key } of keysUnder(session, location)) doomed.push({ bucket: location.bucket, key });
  if (doomed.length > 0 && options.yes !== true)
    await confirm(session, `Delete ${doomed.length} objects?`, `dstore rm -r --yes ${where}`);
  await inLanes(doomed, 4, (one) => removeOne(session, one));
}

async function removeOne(session: Session, location: RemoteLocation): Promise<void> {
  await session.client.done({ method: 'DELETE', path: objectPath(location) });
  await session.item({ ...location, deleted: true }, `deleted ds://${location.bucket}/${location.key}`);
}

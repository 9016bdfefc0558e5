import { UsageError } from './outcome.js';

/** An object or a prefix in a bucket. */
export interface RemoteLocation {
  readonly bucket: string;
  /** Taken as it is: never a path. */
  readonly key: string;
}

const scheme = 'ds://';

/** Whether an argument names something in the vault. */
export const isRemote = (argument: string) => argument.startsWith(scheme);

/** Reads `ds://bucket/key`; the key may be empty. */
export function remoteLocation(argument: string): RemoteLocation {
  const rest = isRemote(argument) ? argument.slice(scheme.length) : '';
  const slash = rest.indexOf('/');
  const bucket = slash < 0 ? rest : rest.slice(0, slash);
  if (bucket === '') throw new UsageError(`"${argument}" is no place in the vault`, 'write ds://bucket/key');
  return { bucket, key: slash < 0 ? '' : rest.slice(slash + 1) };
}

/** Reads `ds://bucket/key` and insists on a key. */
export function objectLocation(argument: string): RemoteLocation {
  const location = remoteLocation(argument);
  if (location.key === '')
    throw new UsageError(`"${argument}" names no object`, `write ds://${location.bucket}/key`);
  return location;
}

/** The REST path of an object or of what belongs to it; slashes are escaped, so that nothing folds `..` on the way. */
export function objectPath(
  { bucket, key }: RemoteLocation,
  sibling: 'objects' | 'shards' = 'objects',
): string {
  return `/v1/buckets/${encodeURIComponent(bucket)}/${sibling}/${encodeURIComponent(key)}`;
}

import { sha256 } from '@dstore/chaincode/domain';
import type { Bucket } from './delta.js';

/** The entity tag of a bucket's settings: the first 32 characters of the SHA-256 of them. */
export function bucketTag({
  bucket,
  dataShards,
  parityShards,
  versions,
  quotaBytes,
  digests,
  created,
}: Bucket): string {
  const settings = JSON.stringify([
    ...[bucket, dataShards, parityShards, versions, quotaBytes ?? null, created],
    ...(digests === undefined ? [] : [digests]),
  ]);
  return sha256(Buffer.from(settings, 'utf8')).toString('hex').slice(0, 32);
}

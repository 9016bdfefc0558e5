import assert from 'node:assert/strict';
import { bucketTag } from '@dstore/application/core/bucket-tag.js';

const bucket = { bucket: 'photos', dataShards: 4, parityShards: 2, versions: 'latest' as const, created: 5 };

describe('bucketTag', () => {
  it('is the same for the same settings, whatever the order of members', () => {
    assert.match(bucketTag(bucket), /^[0-9a-f]{32}$/);
    assert.equal(bucketTag(Object.fromEntries(Object.entries(bucket).reverse()) as never), bucketTag(bucket));
  });

  it('is what it was before buckets could keep digests, for one that keeps none', () => {
    assert.equal(bucketTag(bucket), '375cffeeb389614fd215dae9c2a17b68');
    assert.equal(bucketTag({ ...bucket, quotaBytes: 7 }), '449014946b0aee7ee2abad7b32870c48');
  });

  it('is another one when any of them is another', () => {
    const others = [
      { ...bucket, bucket: 'photo' },
      { ...bucket, dataShards: 3 },
      { ...bucket, parityShards: 3 },
      { ...bucket, versions: 'keep' as const },
      { ...bucket, quotaBytes: 0 },
      { ...bucket, created: 6 },
      { ...bucket, digests: ['sha-256' as const] },
      { ...bucket, digests: ['sha-512' as const] },
      { ...bucket, digests: ['sha-256' as const, 'sha-512' as const] },
    ];
    assert.equal(new Set([bucket, ...others].map(bucketTag)).size, others.length + 1);
  });
});

import type {
  Bucket,
  Extent,
  Flush,
  Locator,
  Relocation,
  Shard,
  Step,
  Stripe,
  Version,
} from '@dstore/application/core/delta.js';
import { isDeepStrictEqual } from 'node:util';
import type { BucketUsage } from '@dstore/application/core/quota.js';
import type { Listing, ListedVersion, Usage } from '@dstore/application/ports/catalog.js';

const compareBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

interface Slot {
  readonly stripeId: string;
  readonly index: number;
  readonly digest: string;
  readonly size: number;
}

/** A catalog as one would write it without care for speed: lists, searched from end to end. */
export class CatalogModel {
  revision = 0n;
  readonly buckets = new Map<string, Bucket>();
  versions: Version[] = [];
  readonly stripes = new Map<string, Stripe>();
  readonly leases = new Map<string, { diskId: string; revision: bigint; slots: Slot[] }>();
  locators: Locator[] = [];
  checkpoint: { readonly flush: Flush } | undefined;

  apply(flush: Flush): void {
    const { catalog, structure, locator } = flush;
    this.revision = catalog.revision;
    for (const stripe of [...structure.stripes, ...locator.stripes])
      this.stripes.set(stripe.stripeId, stripe);
    for (const { stripeId, shard } of structure.moves) this.#setShard(stripeId, shard);
    for (const leaseId of structure.droppedLeases) this.#dropLease(leaseId);
    const sizes = (stripeId: string, index: number): Slot => {
      const stripe = this.stripes.get(stripeId) as Stripe;
      const { digest } = stripe.shards.find((shard) => shard.index === index) as Shard;
      return { stripeId, index, digest, size: stripe.shardSize };
    };
    const touched = new Map<string, { diskId: string; steps: Step[] }>();
    for (const { leaseId, diskId, steps } of structure.leases)
      touched.set(leaseId, { diskId, steps: [...steps] });
    for (const { stripeId, shards } of locator.stripes) {
      for (const { index, leaseId, diskId } of shards) {
        const lease = touched.get(leaseId) ?? { diskId, steps: [] };
        touched.set(leaseId, lease);
        lease.steps.push({ append: { stripeId, index } });
      }
    }
    for (const [leaseId, { diskId, steps }] of touched) {
      const lease = this.leases.get(leaseId) ?? { diskId, revision: 0n, slots: [] };
      this.leases.set(leaseId, lease);
      lease.revision += 1n;
      for (const { append, remove } of steps) {
        if (append !== undefined) lease.slots.push(sizes(append.stripeId, append.index));
        if (remove === undefined) continue;
        const last = lease.slots.pop() as Slot;
        if (remove < lease.slots.length) lease.slots[remove] = last;
      }
    }
    for (const bucket of catalog.buckets) this.buckets.set(bucket.bucket, bucket);
    for (const relocation of catalog.relocations ?? []) this.#relocate(relocation);
    this.versions = this.versions.filter(({ versionId }) => !catalog.droppedVersions.includes(versionId));
    this.versions.push(...catalog.versions);
    for (const name of catalog.droppedBuckets) this.buckets.delete(name);
    for (const stripeId of structure.droppedStripes) this.stripes.delete(stripeId);
    if (structure.checkpoint !== undefined) {
      this.locators = [];
      this.checkpoint = { flush };
    }
    this.locators.push(locator);
  }

  #setShard(stripeId: string, shard: Shard): void {
    const stripe = this.stripes.get(stripeId) as Stripe;
    const shards = [...stripe.shards.filter(({ index }) => index !== shard.index), shard];
    this.stripes.set(stripeId, { ...stripe, shards: shards.sort((a, b) => a.index - b.index) });
  }

  #relocate({ versionId, extents: moved }: Relocation): void {
    const places = (extent: Extent) =>
      moved.find(({ from }) => isDeepStrictEqual(from, extent))?.to ?? [extent];
    this.versions = this.versions.map((version) => {
      if (version.versionId !== versionId) return version;
      const streams = version.streams.map((stream) => ({
        ...stream,
        extents: stream.extents.flatMap(places),
      }));
      return { ...version, streams };
    });
  }

  /** Stripes that compaction would take. */
  get sparse(): Stripe[] {
    const entries = [
      ...this.locators.flatMap(({ stripes }) => stripes.map(({ stripeId }) => stripeId)),
      ...Object.values(this.checkpoint?.flush.structure.checkpoint ?? {}).flatMap(({ extents }) =>
        extents.map(({ stripeId }) => stripeId),
      ),
    ];
    const isSparse = ({ stripeId, length }: Stripe) =>
      this.live(stripeId) > 0 && 2 * this.live(stripeId) < length;
    return [...this.stripes.values()].filter((one) => isSparse(one) && !entries.includes(one.stripeId));
  }

  #dropLease(leaseId: string): void {
    this.leases.delete(leaseId);
    for (const [stripeId, stripe] of this.stripes) {
      const shards = stripe.shards.filter((shard) => shard.leaseId !== leaseId);
      this.stripes.set(stripeId, { ...stripe, shards });
    }
  }

  current(bucket: string, key: string): Version | undefined {
    return this.versions.findLast((version) => version.bucket === bucket && version.key === key);
  }

  list({ bucket, prefix, after, limit, versions }: Listing): ListedVersion[] {
    const listed = this.versions
      .map((version, at) => ({ version, at }))
      .filter(({ version }) => version.bucket === bucket && version.key.startsWith(prefix))
      .sort((a, b) => compareBytes(a.version.key, b.version.key) || b.at - a.at)
      .map(({ version: { streams: _, ...version } }) => ({
        ...version,
        current: this.current(bucket, version.key)?.versionId === version.versionId,
      }))
      .filter(({ current, marker }) => versions || (current && marker === 'no'));
    const from = listed.findIndex(({ key, versionId }, at) => {
      if (after === undefined) return true;
      const order = compareBytes(key, after.key);
      if (order !== 0) return order > 0;
      if (!versions || after.versionId === undefined) return false;
      const behind = listed.findIndex((one) => one.versionId === after.versionId);
      return at > behind && versionId !== after.versionId;
    });
    return from < 0 ? [] : listed.slice(from, from + limit);
  }

  /** Bytes that live in a stripe: of versions, of entries that no checkpoint replaced, of the checkpoint. */
  live(stripeId: string): number {
    const checkpoint = this.checkpoint?.flush.structure.checkpoint;
    const streams = [
      ...this.versions.flatMap((version) => version.streams),
      ...this.locators.flatMap(({ catalog, structure }) => [catalog, structure]),
      ...(checkpoint === undefined ? [] : [checkpoint.catalog, checkpoint.structure]),
    ];
    const extents = streams
      .flatMap((stream) => stream.extents)
      .filter((extent) => extent.stripeId === stripeId);
    return extents.reduce((sum, { length }) => sum + length, 0);
  }

  bucketUsage(name: string): BucketUsage {
    const versions = this.versions.filter(({ bucket }) => bucket === name);
    const keys = [...new Set(versions.map(({ key }) => key))];
    return {
      objects: keys.filter((key) => this.current(name, key)?.marker === 'no').length,
      bytes: versions.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  usage(): Usage {
    const names = new Set(this.versions.map(({ bucket, key }) => `${bucket}/${key}`));
    const visible = [...names].filter((name) => {
      const [bucket = '', ...key] = name.split('/');
      return this.current(bucket, key.join('/'))?.marker === 'no';
    });
    const stripes = [...this.stripes.values()];
    return {
      objects: visible.length,
      versions: this.versions.length,
      logicalBytes: this.versions.reduce((sum, { bytes }) => sum + bytes, 0),
      liveBytes: stripes.reduce((sum, { stripeId }) => sum + this.live(stripeId), 0),
      storedBytes: stripes.reduce((sum, { shards, shardSize }) => sum + shards.length * shardSize, 0),
      stripes: stripes.length,
    };
  }
}

import type { Conditions } from '../core/conditions.js';
import { conditionsHold } from '../core/conditions.js';
import type { Bucket, Extent, Stripe } from '../core/delta.js';
import type { Geometry } from '../core/geometry.js';
import { quotaRoom } from '../core/quota.js';
import { associatedData, headerOf, plainSize } from '../core/sealing.js';
import type { StreamHeaders } from '../core/stream-headers.js';
import { versionIdChance, versionIdOf } from '../core/version-id.js';
import type { Codec } from '../ports/codec.js';
import { Denial } from '../ports/fault.js';
import { type AnnouncedDigests, BodyDigests } from './body-digests.js';
import type { FlushVault } from './flush-vault.js';
import { type SealingStripe, sealStripes } from './seal-stripes.js';
import { quotaReached } from './sort-changes.js';
import { giveUpStripes, type StoreStripe } from './store-stripe.js';
import type { Vault } from './vault.js';
import type { PutStream } from './vault-change.js';

/** An object to be put. */
export interface PutRequest {
  readonly bucket: string;
  readonly key: string;
  readonly body: AsyncIterable<Uint8Array>;
  /** Headers kept with the version, such as content-type; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly conditions?: Conditions;
  /** Bytes that the body must have. */
  readonly contentLength?: number;
  /** Digests that the body must have. */
  readonly digests?: AnnouncedDigests;
  readonly signal?: AbortSignal;
}

/** What a body may be, and what is kept of it. */
interface Bounds {
  readonly bucket: Bucket;
  readonly mostBytes: number;
  readonly digests: BodyDigests;
}

/** A version that is valid on the ledger. */
export interface PutResult {
  readonly versionId: string;
  readonly bytes: number;
  readonly geometry: Geometry;
  readonly diskIds: readonly string[];
  readonly txId: string;
  readonly replaced: boolean;
  /** Some stripe lies on fewer disks than its geometry asks; repair fills it up. */
  readonly degraded: boolean;
}

/**
 * Puts a stream of any length: seals it, stores full stripes as they fill, and hands the tail to the next flush.
 * Resolves once the version is valid on the ledger. Whatever fails before leaves nothing: shards that were stored and the
 * room promised to them are given up.
 */
export class PutObject {
  readonly #vault: Vault;
  readonly #store: Pick<StoreStripe, 'store'>;
  readonly #flush: Pick<FlushVault, 'run'>;
  readonly #codec: Pick<Codec, 'seat'>;
  readonly #headers: Pick<StreamHeaders, 'keep'> | undefined;

  /** `headers`: where readers find those of streams that were put of late. */
  constructor(
    vault: Vault,
    store: Pick<StoreStripe, 'store'>,
    flush: Pick<FlushVault, 'run'>,
    codec: Pick<Codec, 'seat'>,
    headers?: Pick<StreamHeaders, 'keep'>,
  ) {
    this.#vault = vault;
    this.#store = store;
    this.#flush = flush;
    this.#codec = codec;
    this.#headers = headers;
  }

  async run(request: PutRequest): Promise<PutResult> {
    const { catalog, random, clock } = this.#vault.means;
    const bucket = catalog.bucket(request.bucket);
    if (bucket === undefined) throw new Denial('bucket-unknown', `there is no bucket ${request.bucket}`);
    const mostBytes = this.#checkEarly(request, bucket);
    const geometry = { dataShards: bucket.dataShards, parityShards: bucket.parityShards };
    const stripes: Stripe[] = [];
    try {
      const digests = new BodyDigests(request.digests, bucket.digests);
      const body = checked(request, { bucket, mostBytes, digests });
      const stream = await this.#storeBody(body, geometry, stripes, request.signal);
      const modified = clock.now();
      const versionId = versionIdOf(modified, random.bytes(versionIdChance));
      const { key, headers = {}, metadata = {}, conditions = {} } = request;
      const version = {
        versionId,
        bucket: bucket.bucket,
        key,
        bytes: stream.plainBytes,
        modified,
        headers: Object.entries({ ...headers, ...digests.headers() }),
        metadata: Object.entries(metadata),
      };
      const handed = stripes.splice(0);
      const flushed = await this.#flush.run({
        kind: 'put',
        version,
        streams: [stream],
        stripes: handed,
        geometry,
        conditions,
      });
      return {
        versionId,
        bytes: stream.plainBytes,
        geometry,
        diskIds: [
          ...new Set(flushed.stripes.flatMap((stripe) => stripe.shards.map((shard) => shard.diskId))),
        ].sort(),
        txId: flushed.txId,
        replaced: flushed.replaced !== undefined,
        degraded: flushed.stripes.some(
          (stripe) => stripe.shards.length < stripe.dataShards + stripe.parityShards,
        ),
      };
    } finally {
      await giveUpStripes(this.#vault, stripes);
    }
  }

  /** Refuses a hopeless put before its body is read, and says how long the body may be; the flush judges again. */
  #checkEarly({ key, conditions = {}, contentLength = 0 }: PutRequest, bucket: Bucket): number {
    const { catalog } = this.#vault.means;
    const current = catalog.current(bucket.bucket, key);
    const visible = current === undefined || current.marker === 'yes' ? undefined : current.versionId;
    if (!conditionsHold(conditions, visible))
      throw new Denial('precondition-failed', 'another version is current');
    if (bucket.quotaBytes === undefined) return Infinity;
    const freed = bucket.versions === 'latest' ? (current?.bytes ?? 0) : 0;
    const mostBytes = quotaRoom(bucket, catalog.bucketUsage(bucket.bucket).bytes) + freed;
    if (contentLength > mostBytes) throw quotaReached(bucket);
    return mostBytes;
  }

  async #storeBody(
    body: AsyncIterable<Uint8Array>,
    geometry: Geometry,
    stripes: Stripe[],
    signal: AbortSignal | undefined,
  ): Promise<PutStream> {
    const { random, keyring } = this.#vault.means;
    const sealId = random.bytes(16);
    const objectKey = random.bytes(32);
    const sealing = {
      objectKey,
      salt: random.bytes(32),
      noncePrefix: random.bytes(7),
      associatedData: associatedData(sealId, 0),
    };
    const storing: Promise<Stripe>[] = [];
    const failed = new AbortController();
    try {
      let tail: Buffer = Buffer.alloc(0);
      for await (const part of sealStripes(this.#codec, body, sealing, geometry, signal)) {
        if ('tail' in part) tail = part.tail;
        else storing.push(this.#storeStripe(part, geometry, signal));
        storing.at(-1)?.catch((reason: unknown) => failed.abort(reason));
        failed.signal.throwIfAborted();
      }
      stripes.push(...(await Promise.all(storing)));
      this.#headers?.keep(sealId.toString('hex'), headerOf(sealing));
      const extents = stripes.map(({ stripeId, length }): Extent => ({ stripeId, offset: 0, length }));
      const sealedBytes = extents.reduce((sum, { length }) => sum + length, tail.length);
      return {
        sealId: sealId.toString('hex'),
        wrappedKey: keyring.wrap(sealId, objectKey).toString('base64'),
        plainBytes: plainSize(sealedBytes),
        sealedBytes,
        extents,
        tail,
      };
    } catch (error) {
      const outcomes = await Promise.allSettled(storing);
      stripes.splice(0);
      for (const outcome of outcomes) if (outcome.status === 'fulfilled') stripes.push(outcome.value);
      throw error;
    } finally {
      objectKey.fill(0);
    }
  }

  /** Stores a stripe from the seat that it was sealed in. */
  async #storeStripe(
    { seat, sealed }: SealingStripe,
    geometry: Geometry,
    signal?: AbortSignal,
  ): Promise<Stripe> {
    try {
      const { sealedBytes, digests } = await sealed;
      const shards = digests.map((digest, index) => ({ index, digest, bytes: seat.shard(index) }));
      const encoded = { length: sealedBytes, shardSize: seat.shardSizeBytes, shards };
      const stripeId = this.#vault.means.random.bytes(16).toString('hex');
      return await this.#store.store(stripeId, encoded, geometry, signal);
    } finally {
      seat.release();
    }
  }
}

/** The body; refused as soon as it is longer than it may be, and at its end when length or digest are not what was announced. */
async function* checked(
  { body, contentLength, signal }: PutRequest,
  { bucket, mostBytes, digests }: Bounds,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of body) {
    signal?.throwIfAborted();
    bytes += piece.length;
    if (bytes > mostBytes) throw quotaReached(bucket);
    digests.update(piece);
    yield piece;
  }
  if (contentLength !== undefined && bytes !== contentLength)
    throw new Denial('body-incomplete', `the body has ${bytes} of ${contentLength} bytes`);
  digests.end();
}

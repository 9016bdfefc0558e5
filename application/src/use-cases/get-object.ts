import { type Conditions, conditionsHold } from '../core/conditions.js';
import type { Extent, SealedStream, Version } from '../core/delta.js';
import { runsOf } from '../core/packing.js';
import { readPlan, type ReadUnit, type StripeUnit } from '../core/read-plan.js';
import { sameExtent } from '../core/relocation.js';
import {
  associatedData,
  createOpener,
  headerBytes,
  type Opening,
  SealBroken,
  segmentBytes,
  segmentOf,
  segmentRange,
} from '../core/sealing.js';
import type { SpareBuffers } from '../core/spare-buffers.js';
import { StreamHeaders } from '../core/stream-headers.js';
import type { Codec } from '../ports/codec.js';
import { Denial, Fault } from '../ports/fault.js';
import type { ReadStripe } from './read-stripe.js';
import type { Vault } from './vault.js';

/** Bytes of an object, `end` exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What a reader asks for. A range is worked out once the object's size is known; undefined means all of it. */
export interface GetRequest {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
  /** The version itself where the reader has found it; it is not looked for again. */
  readonly version?: Version;
  readonly range?: (bytes: number) => ByteRange | undefined;
  readonly conditions?: Conditions;
  readonly signal?: AbortSignal;
  /** Memory for pieces of the body, where the reader has some and gives it back; else it is made. */
  readonly rooms?: SpareBuffers;
}

/** A version with the bytes asked for; every piece of the body was verified before it is released. */
export interface GetResult {
  readonly version: Version;
  readonly range: ByteRange;
  readonly body: AsyncGenerator<Buffer, void, undefined>;
}

/** Plaintext that is fetched ahead of the reader, bytes; a single wide stripe may be more. */
const aheadBytes = 8 << 20;

/** The version that a name stands for; Denials `bucket-unknown`, `object-unknown`, `version-unknown`. */
export function findVersion(vault: Vault, bucket: string, key: string, versionId?: string): Version {
  const { catalog } = vault.means;
  if (catalog.bucket(bucket) === undefined)
    throw new Denial('bucket-unknown', `there is no bucket ${bucket}`);
  const version = versionId === undefined ? catalog.current(bucket, key) : catalog.version(versionId);
  if (
    versionId !== undefined &&
    (version === undefined || version.bucket !== bucket || version.key !== key)
  ) {
    throw new Denial('version-unknown', `there is no version ${versionId} of that object`);
  }
  if (version === undefined || version.marker === 'yes')
    throw new Denial('object-unknown', `there is no object of that name in ${bucket}`);
  return version;
}

interface GetMeans {
  readonly stripes: Pick<ReadStripe, 'run' | 'open'>;
  readonly codec: Pick<Codec, 'seat'>;
  /** Headers that are known; those of streams that are read are added. */
  readonly headers?: StreamHeaders;
}

/** One sealed stream while it is read. */
interface Reading {
  readonly stream: StreamOf;
  readonly key: Omit<Opening, 'header'>;
  /** Known, fetched, or brought by the first segment. */
  readonly header: PromiseWithResolvers<Uint8Array>;
  readonly rooms: SpareBuffers | undefined;
  readonly signal: AbortSignal;
}

/**
 * Reads an object or a range of it: no transaction, no write, and only the shards that the range lies in. Stripes that
 * are wanted whole are verified and opened by the codec, single segments here.
 */
export class GetObject {
  readonly #vault: Vault;
  readonly #stripes: GetMeans['stripes'];
  readonly #codec: GetMeans['codec'];
  readonly #headers: StreamHeaders;

  constructor(vault: Vault, { stripes, codec, headers = new StreamHeaders() }: GetMeans) {
    this.#vault = vault;
    this.#stripes = stripes;
    this.#codec = codec;
    this.#headers = headers;
  }

  run(request: GetRequest): GetResult {
    const { bucket, key, versionId } = request;
    const version = request.version ?? findVersion(this.#vault, bucket, key, versionId);
    if (request.conditions !== undefined && !conditionsHold(request.conditions, version.versionId)) {
      throw new Denial('precondition-failed', 'another version is current');
    }
    const range = request.range?.(version.bytes) ?? { start: 0, end: version.bytes };
    return { version, range, body: this.#body(version, range, request) };
  }

  async *#body(
    version: Version,
    { start, end }: ByteRange,
    request: GetRequest,
  ): AsyncGenerator<Buffer, void, undefined> {
    let at = 0;
    for (const [index, stream] of version.streams.entries()) {
      const from = Math.max(start, at);
      const to = Math.min(end, at + stream.plainBytes);
      if (from < to || (stream.plainBytes === 0 && start === end))
        yield* this.#open({ ...stream, versionId: version.versionId }, index, from - at, to - at, request);
      at += stream.plainBytes;
    }
  }

  /** Opens plaintext bytes [from, to) of a stream, some ahead in flight. An empty stream's one tag is verified too. */
  async *#open(
    stream: StreamOf,
    index: number,
    from: number,
    to: number,
    { signal, rooms }: GetRequest,
  ): AsyncGenerator<Buffer, void, undefined> {
    const first = segmentOf(from);
    const last = segmentOf(Math.max(from, to - 1)).segment;
    const objectKey = this.#keyOf(stream);
    const stop = new AbortController();
    const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    try {
      const key = { objectKey, associatedData: associatedData(Buffer.from(stream.sealId, 'hex'), index) };
      const header = this.#header(stream, first.segment, either);
      const reading = { stream, key, header, rooms, signal: either };
      const { catalog } = this.#vault.means;
      const plan = readPlan(stream, first.segment, last, (stripeId) => catalog.stripe(stripeId));
      yield* cut(
        inOrder(plan, (unit) => this.#read(reading, unit)),
        first.offset,
        to - from,
      );
    } finally {
      stop.abort();
      objectKey.fill(0);
    }
  }

  #keyOf({ sealId, wrappedKey }: SealedStream): Buffer {
    const { keyring } = this.#vault.means;
    return Buffer.from(
      opened(() => keyring.unwrap(Buffer.from(sealId, 'hex'), Buffer.from(wrappedKey, 'base64'))),
    );
  }

  #header(stream: StreamOf, firstSegment: number, signal: AbortSignal): Reading['header'] {
    const header = Promise.withResolvers<Uint8Array>();
    header.promise.catch(() => undefined);
    const known = this.#headers.get(stream.sealId);
    if (known !== undefined) header.resolve(known);
    else if (firstSegment > 0) header.resolve(this.#sealed(stream, 0, headerBytes, signal));
    return header;
  }

  /** A header that opened something is the right one. */
  #learn({ stream, header }: Reading, proven: Uint8Array): void {
    this.#headers.keep(stream.sealId, proven);
    header.resolve(Uint8Array.from(proven));
  }

  async #read(reading: Reading, unit: ReadUnit): Promise<Buffer[]> {
    try {
      return await this.#unit(reading, unit);
    } catch (error) {
      if (unit.firstSegment === 0) reading.header.reject(error);
      throw error;
    }
  }

  async #unit(reading: Reading, unit: ReadUnit): Promise<Buffer[]> {
    if (unit.kind === 'segment') return [await this.#segment(reading, unit.firstSegment)];
    try {
      return await this.#stripe(reading, unit);
    } catch (error) {
      reading.signal.throwIfAborted();
      if (!isShortage(error)) throw error;
      return this.#oneByOne(reading, unit);
    }
  }

  /** The segments of a stripe that has gone, or can't be had as a whole. */
  async #oneByOne(reading: Reading, { firstSegment, segments }: StripeUnit): Promise<Buffer[]> {
    const pieces: Buffer[] = [];
    for (let at = 0; at < segments; at += 1) pieces.push(await this.#segment(reading, firstSegment + at));
    return pieces;
  }

  /** A seat is held no longer than the fetching takes: a reader that is slow must not keep others from theirs. */
  async #stripe(reading: Reading, { stripe, firstSegment, segments }: StripeUnit): Promise<Buffer[]> {
    const { stream, key, header, rooms, signal } = reading;
    const front = firstSegment === 0 ? {} : { header: await header.promise };
    const seat = await this.#codec.seat(stripe, segmentBytes, signal);
    try {
      const last = segmentRange(firstSegment + segments - 1, stream.sealedBytes).last;
      const run = { ...key, ...front, firstSegment, sealedBytes: stripe.length, last };
      const plainBytes = await this.#stripes.open(stripe, seat, run, signal).catch(thrown);
      if (firstSegment === 0) this.#learn(reading, seat.shard(0).subarray(0, headerBytes));
      return copies(seat.room.subarray(0, plainBytes), rooms);
    } finally {
      seat.release();
    }
  }

  async #segment(reading: Reading, segment: number): Promise<Buffer> {
    const { stream, key, rooms, signal } = reading;
    const { start, end, last } = segmentRange(segment, stream.sealedBytes);
    const from = segment === 0 ? 0 : start;
    const [sealed, known] = await Promise.all([
      this.#sealed(stream, from, end, signal),
      segment === 0 ? undefined : reading.header.promise,
    ]);
    const header = known ?? sealed.subarray(0, headerBytes);
    const plain = rooms?.take() ?? Buffer.allocUnsafeSlow(end - start);
    const bytes = opened(() =>
      createOpener({ ...key, header }).openInto(plain, segment, sealed.subarray(start - from), last),
    );
    this.#learn(reading, header);
    return plain.subarray(0, bytes);
  }

  /** Compaction may move a version while it is read: what is not where it was is looked for where it is now. */
  async #sealed(stream: StreamOf, start: number, end: number, signal?: AbortSignal): Promise<Buffer> {
    const runs = runsOf(stream.extents, start, end);
    try {
      return await this.#runs(runs, signal);
    } catch (error) {
      signal?.throwIfAborted();
      const now = this.#vault.means.catalog
        .version(stream.versionId)
        ?.streams.find(({ sealId }) => sealId === stream.sealId);
      const moved = now === undefined ? runs : runsOf(now.extents, start, end);
      if (moved.every((run, at) => runs.length === moved.length && sameExtent(run, runs[at] as Extent)))
        throw error;
      return await this.#runs(moved, signal);
    }
  }

  async #runs(runs: readonly Extent[], signal?: AbortSignal): Promise<Buffer> {
    const pieces = await Promise.all(runs.map((run) => this.#stripes.run(run, signal)));
    const flat = pieces.flat();
    return flat.length === 1 ? (flat[0] as Buffer) : Buffer.concat(flat);
  }
}

/** Whether shards were missing where they were looked for, or a thread died; anything else is no accident. */
function isShortage(error: unknown): boolean {
  if (error instanceof Fault) return error.retryable;
  return error instanceof Denial && error.code === 'object-lost';
}

/** A stream with the version it belongs to. */
type StreamOf = SealedStream & { readonly versionId: string };

/** What units give, in their order, while those behind them are read ahead. */
async function* inOrder(
  plan: Iterable<ReadUnit>,
  read: (unit: ReadUnit) => Promise<Buffer[]>,
): AsyncGenerator<Buffer, void, undefined> {
  const ahead: { readonly bytes: number; readonly pieces: Promise<Buffer[]> }[] = [];
  let bytes = 0;
  const first = async () => {
    const unit = ahead.shift();
    bytes -= unit?.bytes ?? 0;
    return (await unit?.pieces) ?? [];
  };
  for (const unit of plan) {
    const unitBytes = unit.segments * segmentBytes;
    while (ahead.length > 0 && bytes + unitBytes > aheadBytes) yield* await first();
    ahead.push({ bytes: unitBytes, pieces: settledLater(read(unit)) });
    bytes += unitBytes;
  }
  while (ahead.length > 0) yield* await first();
}

/** Leaves out what is before and behind the bytes asked for. */
async function* cut(
  pieces: AsyncIterable<Buffer>,
  before: number,
  wanted: number,
): AsyncGenerator<Buffer, void, undefined> {
  let skip = before;
  let left = wanted;
  for await (const whole of pieces) {
    const piece = whole.subarray(skip, skip + left);
    skip = Math.max(0, skip - whole.length);
    left -= piece.length;
    if (piece.length > 0) yield piece;
  }
}

/** Plaintext out of a seat's room, in pieces that are the reader's own. */
function copies(plain: Buffer, rooms: SpareBuffers | undefined): Buffer[] {
  const size = rooms?.sizeBytes ?? segmentBytes;
  return Array.from({ length: Math.ceil(plain.length / size) }, (_, at) => {
    const part = plain.subarray(at * size, (at + 1) * size);
    const copy = rooms?.take() ?? Buffer.allocUnsafeSlow(part.length);
    return copy.subarray(0, part.copy(copy));
  });
}

/** Good shards whose seal does not open are a failure that no repetition cures. */
function opened<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    return thrown(error);
  }
}

function thrown(error: unknown): never {
  if (!(error instanceof SealBroken)) throw error;
  throw new Fault('seal-broken', error.message, { retryable: false, cause: error });
}

/** A promise whose failure is met later, and must not count as unhandled until then. */
function settledLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

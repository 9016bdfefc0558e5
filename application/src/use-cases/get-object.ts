import { type Conditions, conditionsHold } from '../core/conditions.js';
import type { Extent, SealedStream, Version } from '../core/delta.js';
import { runsOf } from '../core/packing.js';
import { sameExtent } from '../core/relocation.js';
import {
  associatedData,
  createOpener,
  headerBytes,
  type Opener,
  SealBroken,
  segmentOf,
  segmentRange,
} from '../core/sealing.js';
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
  readonly range?: (bytes: number) => ByteRange | undefined;
  readonly conditions?: Conditions;
  readonly signal?: AbortSignal;
}

/** A version with the bytes asked for; every piece of the body was verified before it is released. */
export interface GetResult {
  readonly version: Version;
  readonly range: ByteRange;
  readonly body: AsyncGenerator<Buffer, void, undefined>;
}

/** Segments fetched ahead of the reader. */
const segmentsAhead = 4;

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

/** Reads an object or a range of it: no transaction, no write, and only the shards that the range lies in. */
export class GetObject {
  readonly #vault: Vault;
  readonly #stripes: Pick<ReadStripe, 'run'>;

  constructor(vault: Vault, stripes: Pick<ReadStripe, 'run'>) {
    this.#vault = vault;
    this.#stripes = stripes;
  }

  run(request: GetRequest): GetResult {
    const version = findVersion(this.#vault, request.bucket, request.key, request.versionId);
    if (request.conditions !== undefined && !conditionsHold(request.conditions, version.versionId)) {
      throw new Denial('precondition-failed', 'another version is current');
    }
    const range = request.range?.(version.bytes) ?? { start: 0, end: version.bytes };
    return { version, range, body: this.#body(version, range, request.signal) };
  }

  async *#body(
    version: Version,
    { start, end }: ByteRange,
    signal?: AbortSignal,
  ): AsyncGenerator<Buffer, void, undefined> {
    let at = 0;
    for (const [index, stream] of version.streams.entries()) {
      const from = Math.max(start, at);
      const to = Math.min(end, at + stream.plainBytes);
      if (from < to || (stream.plainBytes === 0 && start === end))
        yield* this.#open({ ...stream, versionId: version.versionId }, index, from - at, to - at, signal);
      at += stream.plainBytes;
    }
  }

  /** Opens plaintext bytes [from, to) of a stream, segments ahead in flight. An empty stream's one tag is verified too. */
  async *#open(
    stream: StreamOf,
    index: number,
    from: number,
    to: number,
    signal?: AbortSignal,
  ): AsyncGenerator<Buffer, void, undefined> {
    const first = segmentOf(from);
    const last = segmentOf(Math.max(from, to - 1)).segment;
    const opener = await this.#opener(stream, index, signal);
    const ahead: Promise<Buffer>[] = [];
    const stop = new AbortController();
    const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    try {
      let next = first.segment;
      let left = to - from;
      for (let segment = first.segment; segment <= last; segment += 1) {
        for (; next <= last && ahead.length < segmentsAhead; next += 1)
          ahead.push(settledLater(this.#segment(stream, opener, next, either)));
        const plain = await (ahead.shift() as Promise<Buffer>);
        const skip = segment === first.segment ? first.offset : 0;
        const piece = plain.subarray(skip, skip + Math.min(left, plain.length - skip));
        left -= piece.length;
        if (piece.length > 0) yield piece;
      }
    } finally {
      stop.abort();
    }
  }

  async #opener(stream: StreamOf, index: number, signal?: AbortSignal): Promise<Opener> {
    const sealId = Buffer.from(stream.sealId, 'hex');
    const header = await this.#sealed(stream, 0, headerBytes, signal);
    const wrapped = Buffer.from(stream.wrappedKey, 'base64');
    return opened(() => {
      const objectKey = this.#vault.means.keyring.unwrap(sealId, wrapped);
      return createOpener({ objectKey, header, associatedData: associatedData(sealId, index) });
    });
  }

  async #segment(stream: StreamOf, opener: Opener, segment: number, signal: AbortSignal): Promise<Buffer> {
    const { start, end, last } = segmentRange(segment, stream.sealedBytes);
    const sealed = await this.#sealed(stream, start, end, signal);
    return opened(() => opener.open(segment, sealed, last));
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

/** A stream with the version it belongs to. */
type StreamOf = SealedStream & { readonly versionId: string };

/** Good shards whose seal does not open are a failure that no repetition cures. */
function opened<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    throw new Fault('seal-broken', error.message, { retryable: false, cause: error });
  }
}

/** A promise whose failure is met later, and must not count as unhandled until then. */
function settledLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

import type { ErasureKernel } from './erasure-kernel.js';
import {
  createOpener,
  createSealer,
  headerBytes,
  type Opening,
  type Sealing,
  segmentBytes,
  segmentCapacity,
  tagBytes,
} from './sealing.js';
import { shardDigest } from './shard.js';

/** Which segments of a stream wait in the room to be sealed, one into each data shard from the first on. */
export interface SealTask extends Sealing {
  readonly firstSegment: number;
  /** Bytes of plaintext in the room; only the stream's last stripe may hold fewer than fit. */
  readonly plainBytes: number;
  /** Whether the stream ends here. */
  readonly last: boolean;
}

/** What sealing made. */
export interface Sealed {
  /** Bytes of ciphertext in the data shards; all are full but the last. */
  readonly sealedBytes: number;
  /** Digests of all shards by index when the data shards are full, else none: a tail shares a stripe with others. */
  readonly digests: readonly string[];
}

/** Shards that were fetched into a stripe, and those that it shall have. */
export interface RebuildTask {
  /** By index: the digest that the shard there must have, undefined where none was fetched. */
  readonly digests: readonly (string | undefined)[];
  /** Shards that must be right at the end, reconstructed where they were not fetched or are wrong. */
  readonly wanted: readonly number[];
}

/** What rebuilding found. */
export interface Reconstructed {
  /** Fetched shards whose bytes have another digest. */
  readonly wrong: readonly number[];
  /** False when too few good shards were there: nothing is made then. */
  readonly complete: boolean;
  /** Digests of the wanted shards in the order in which they are wanted, none when not complete. */
  readonly digests: readonly string[];
}

/** Shards that were fetched into a stripe, and what is to become of them. */
export interface OpenTask extends RebuildTask {
  /** How the data shards are opened; undefined where ciphertext is all that is asked for. */
  readonly opening?: SegmentRun;
}

/** Segments of one stream that fill a stripe's data shards from the first on. */
export interface SegmentRun extends Omit<Opening, 'header'> {
  /** The stream's first 40 bytes; not needed where the first segment is number 0. */
  readonly header?: Uint8Array;
  readonly firstSegment: number;
  /** Bytes of the stream in this stripe. */
  readonly sealedBytes: number;
  readonly last: boolean;
}

/** What opening found; when it is not complete nothing is opened. */
export interface Opened extends Pick<Reconstructed, 'wrong' | 'complete'> {
  /** Bytes of plaintext in the room. */
  readonly plainBytes: number;
}

/**
 * Seals what waits in the kernel's room into its data shards and, when those are full, makes parity and digests: all in
 * the kernel's memory. Throws RangeError for more plaintext than fits or less in the middle of a stream.
 */
export function sealStripe(kernel: ErasureKernel, task: SealTask): Sealed {
  const { dataShards } = kernel.layout;
  const capacity = stripeCapacity(task.firstSegment, dataShards);
  const full = task.plainBytes === capacity;
  if (task.plainBytes > capacity) throw new RangeError(`${task.plainBytes} bytes do not fit into the stripe`);
  if (!full && !task.last) throw new RangeError('a stripe in the middle of a stream is full');
  const digests: string[] = [];
  let sealedBytes = 0;
  for (const segment of sealedSegments(kernel, task)) {
    sealedBytes += segment.bytes;
    // Here the shard is still in the cache.
    if (full) digests.push(shardDigest(kernel.shard(segment.at)));
  }
  return { sealedBytes, digests: full ? [...digests, ...parityDigests(kernel)] : [] };
}

/** Seals segment after segment into the data shards; an empty stream has one. */
function* sealedSegments(kernel: ErasureKernel, task: SealTask): Generator<{ at: number; bytes: number }> {
  const sealer = createSealer(task);
  const { room } = kernel;
  for (let at = 0, taken = 0; at === 0 || taken < task.plainBytes; at += 1) {
    const index = task.firstSegment + at;
    const plain = room.subarray(taken, Math.min(taken + segmentCapacity(index), task.plainBytes));
    taken += plain.length;
    const front = index === 0 ? headerBytes : 0;
    if (front > 0) kernel.shard(at).set(sealer.header);
    const last = task.last && taken === task.plainBytes;
    yield { at, bytes: front + sealer.sealInto(kernel.shard(at).subarray(front), index, plain, last) };
  }
}

/** Makes parity from the data shards in memory; answers the digests of all shards by index. */
export function encodeShards(kernel: ErasureKernel): string[] {
  const data = Array.from({ length: kernel.layout.dataShards }, (_, index) =>
    shardDigest(kernel.shard(index)),
  );
  return [...data, ...parityDigests(kernel)];
}

function parityDigests(kernel: ErasureKernel): string[] {
  const { dataShards, parityShards } = kernel.layout;
  kernel.encode();
  return Array.from({ length: parityShards }, (_, at) => shardDigest(kernel.shard(dataShards + at)));
}

/**
 * Verifies fetched shards, reconstructs what is wanted and opens it into the room. Throws SealBroken when shards are
 * the right ones and the seal is not.
 */
export function openStripe(kernel: ErasureKernel, task: OpenTask): Opened {
  const { wrong, complete } = reconstructShards(kernel, task);
  const { opening } = task;
  return {
    wrong,
    complete,
    plainBytes: complete && opening !== undefined ? openSegments(kernel, opening) : 0,
  };
}

/** Verifies fetched shards, reconstructs what is wanted, and names it. Needs no key. */
export function rebuildStripe(kernel: ErasureKernel, task: RebuildTask): Reconstructed {
  const { wrong, complete } = reconstructShards(kernel, task);
  const wanted = complete ? task.wanted : [];
  return { wrong, complete, digests: wanted.map((index) => shardDigest(kernel.shard(index))) };
}

function reconstructShards(kernel: ErasureKernel, task: RebuildTask): Pick<Opened, 'wrong' | 'complete'> {
  const fetched = [...task.digests.entries()].filter(([, digest]) => digest !== undefined);
  const wrong = fetched
    .filter(([index, digest]) => shardDigest(kernel.shard(index)) !== digest)
    .map(([index]) => index);
  const good = fetched.map(([index]) => index).filter((index) => !wrong.includes(index));
  const missing = task.wanted.filter((index) => !good.includes(index));
  const complete = missing.length === 0 || good.length >= kernel.layout.dataShards;
  if (complete && missing.length > 0) kernel.reconstruct(good, missing);
  return { wrong, complete };
}

function openSegments(kernel: ErasureKernel, run: SegmentRun): number {
  const header = run.firstSegment === 0 ? kernel.shard(0).subarray(0, headerBytes) : run.header;
  const opener = createOpener({ ...run, header: header ?? Buffer.alloc(0) });
  const { room } = kernel;
  let plainBytes = 0;
  for (let at = 0; at * segmentBytes < run.sealedBytes; at += 1) {
    const index = run.firstSegment + at;
    const end = Math.min(segmentBytes, run.sealedBytes - at * segmentBytes);
    const ciphertext = kernel.shard(at).subarray(index === 0 ? headerBytes : 0, end);
    const last = run.last && (at + 1) * segmentBytes >= run.sealedBytes;
    plainBytes += opener.openInto(room.subarray(plainBytes), index, ciphertext, last);
  }
  return plainBytes;
}

/** Plaintext bytes that a stripe takes which begins with this segment of its stream. */
export function stripeCapacity(firstSegment: number, dataShards: number): number {
  return dataShards * (segmentBytes - tagBytes) - (firstSegment === 0 ? headerBytes : 0);
}

/** A task with its name, in a form that can be posted to another thread. */
export type StripeWork =
  | { readonly kind: 'seal'; readonly task: SealTask }
  | { readonly kind: 'encode' }
  | { readonly kind: 'rebuild'; readonly task: RebuildTask }
  | { readonly kind: 'open'; readonly task: OpenTask };

/** What a kind of work answers. */
export interface StripeAnswers {
  readonly seal: Sealed;
  readonly encode: readonly string[];
  readonly rebuild: Reconstructed;
  readonly open: Opened;
}

/** Does a piece of work; throws what that throws. */
export function doWork(kernel: ErasureKernel, work: StripeWork): StripeAnswers[StripeWork['kind']] {
  if (work.kind === 'seal') return sealStripe(kernel, work.task);
  if (work.kind === 'rebuild') return rebuildStripe(kernel, work.task);
  return work.kind === 'encode' ? encodeShards(kernel) : openStripe(kernel, work.task);
}

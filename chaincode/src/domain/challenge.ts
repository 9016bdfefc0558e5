import { chunkCount } from './blake3.js';
import { sha256 } from './digest.js';
import { tuple } from './tuple.js';

const chunkTag = Buffer.of(1);

/** What draws hang on; the seed in hexadecimal. */
export interface Lottery {
  readonly channel: string;
  readonly seed: string;
  readonly leaseId: string;
  readonly epoch: bigint;
}

/** x0 of a lease's draws in an epoch: H(T("dstore/v1/challenge", channel, seed, leaseId, epoch)). */
export function firstDraw({ channel, seed, leaseId, epoch }: Lottery): Buffer {
  return sha256(tuple('dstore/v1/challenge', channel, Buffer.from(seed, 'hex'), leaseId, epoch));
}

/** The next draw hangs on the bytes of the chunk before: H(x || chunk). */
export function nextDraw(draw: Uint8Array, chunk: Uint8Array): Buffer {
  return sha256(draw, chunk);
}

/** Which entry a draw names: x mod count. */
export function drawnShard(draw: Uint8Array, count: bigint): bigint {
  return number(draw) % count;
}

/** Which chunk of a shard of this size a draw names: H(0x01 || x) mod chunks(size). */
export function drawnChunk(draw: Uint8Array, size: number): number {
  return Number(number(sha256(chunkTag, draw)) % BigInt(chunkCount(size)));
}

/** The chunk that a reported loss must show to be cured: H(T("dstore/v1/cure", channel, seed, leaseId, epoch, digest)) mod chunks(size). */
export function cureChunk(
  { channel, seed, leaseId, epoch }: Lottery,
  loss: { digest: string; size: number },
): number {
  const drawn = [Buffer.from(seed, 'hex'), leaseId, epoch, Buffer.from(loss.digest, 'hex')];
  const draw = sha256(tuple('dstore/v1/cure', channel, ...drawn));
  return Number(number(draw) % BigInt(chunkCount(loss.size)));
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

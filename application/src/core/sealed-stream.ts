import {
  createOpener,
  createSealer,
  headerBytes,
  type Opener,
  type Opening,
  type Sealing,
  segmentBytes,
  segmentCapacity,
} from './sealing.js';

/**
 * Seals a stream of any pieces. Yields pieces of exactly 1 MiB, the first with the header in front; the last is what
 * is left. Holds one segment at a time.
 */
export async function* sealStream(
  source: AsyncIterable<Uint8Array>,
  sealing: Sealing,
): AsyncGenerator<Buffer, void, undefined> {
  const sealer = createSealer(sealing);
  for await (const { index, bytes, last } of regroup(source, segmentCapacity)) {
    const sealed = sealer.seal(index, bytes, last);
    yield index === 0 ? Buffer.concat([sealer.header, sealed]) : sealed;
  }
}

/**
 * Opens a whole sealed stream that comes in any pieces; yields the plaintext of one verified segment after the other.
 * Throws SealBroken where it is damaged; a stream that was cut never ends well, though what came before was released.
 */
export async function* openStream(
  source: AsyncIterable<Uint8Array>,
  opening: Omit<Opening, 'header'>,
): AsyncGenerator<Buffer, void, undefined> {
  let opener: Opener | undefined;
  for await (const { index, bytes, last } of regroup(source, () => segmentBytes)) {
    opener ??= createOpener({ ...opening, header: bytes.subarray(0, headerBytes) });
    yield opener.open(index, index === 0 ? bytes.subarray(headerBytes) : bytes, last);
  }
}

interface Group {
  readonly index: number;
  /** Valid until the next group is asked for. */
  readonly bytes: Buffer;
  readonly last: boolean;
}

/** Cuts a stream into groups of given sizes; a full group waits until it is known whether it is the last. */
async function* regroup(
  source: AsyncIterable<Uint8Array>,
  sizeOf: (index: number) => number,
): AsyncGenerator<Group, void, undefined> {
  const buffer = Buffer.allocUnsafe(segmentBytes);
  let index = 0;
  let filled = 0;
  for await (const piece of source) {
    for (let taken = 0; taken < piece.length;) {
      const size = sizeOf(index);
      if (filled === size) {
        yield { index, bytes: buffer.subarray(0, filled), last: false };
        index += 1;
        filled = 0;
        continue;
      }
      const part = piece.subarray(taken, taken + size - filled);
      buffer.set(part, filled);
      filled += part.length;
      taken += part.length;
    }
  }
  yield { index, bytes: buffer.subarray(0, filled), last: true };
}

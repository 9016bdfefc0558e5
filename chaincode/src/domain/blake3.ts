/*
 * BLAKE3-256 as a Merkle tree over chunks of 1 KiB ("BLAKE3: one function, fast everywhere", sections 2.1 to 2.5):
 * whole digests, chunk proofs, and their verification. The words below are the paper's.
 */

/** Bytes of a chunk, the unit an audit asks for. */
export const chunkBytes = 1024;

const blockBytes = 64;
const chunkStart = 1;
const chunkEnd = 2;
const parentFlag = 4;
const rootFlag = 8;

// prettier-ignore
const iv = Uint32Array.of(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19);
const permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];

/** Message word order of each of the seven rounds, flattened. */
const schedule = Uint8Array.from(
  Array.from({ length: 7 })
    .reduce<number[][]>(
      (rounds) => [
        ...rounds,
        rounds.length === 0
          ? [...permutation.keys()]
          : permutation.map((at) => (rounds.at(-1) as number[])[at] as number),
      ],
      [],
    )
    .flat(),
);

// One compression at a time: the message block is shared, so that nothing is allocated per block.
const message = new Uint32Array(16);

/**
 * Compresses `message` into the chaining value `cv`, in place; the counter stays below 2^32 here.
 * Written out on sixteen locals: four times as fast as the same steps on an array.
 */
function compress(cv: Uint32Array, counter: number, length: number, flags: number): void {
  let v0 = cv[0]!;
  let v1 = cv[1]!;
  let v2 = cv[2]!;
  let v3 = cv[3]!;
  let v4 = cv[4]!;
  let v5 = cv[5]!;
  let v6 = cv[6]!;
  let v7 = cv[7]!;
  let v8 = iv[0]!;
  let v9 = iv[1]!;
  let v10 = iv[2]!;
  let v11 = iv[3]!;
  let v12 = counter;
  let v13 = 0;
  let v14 = length;
  let v15 = flags;
  for (let at = 0; at < schedule.length; at += 16) {
    v0 = (v0 + v4 + message[schedule[at + 0]!]!) | 0;
    v12 ^= v0;
    v12 = (v12 >>> 16) | (v12 << 16);
    v8 = (v8 + v12) | 0;
    v4 ^= v8;
    v4 = (v4 >>> 12) | (v4 << 20);
    v0 = (v0 + v4 + message[schedule[at + 1]!]!) | 0;
    v12 ^= v0;
    v12 = (v12 >>> 8) | (v12 << 24);
    v8 = (v8 + v12) | 0;
    v4 ^= v8;
    v4 = (v4 >>> 7) | (v4 << 25);
    v1 = (v1 + v5 + message[schedule[at + 2]!]!) | 0;
    v13 ^= v1;
    v13 = (v13 >>> 16) | (v13 << 16);
    v9 = (v9 + v13) | 0;
    v5 ^= v9;
    v5 = (v5 >>> 12) | (v5 << 20);
    v1 = (v1 + v5 + message[schedule[at + 3]!]!) | 0;
    v13 ^= v1;
    v13 = (v13 >>> 8) | (v13 << 24);
    v9 = (v9 + v13) | 0;
    v5 ^= v9;
    v5 = (v5 >>> 7) | (v5 << 25);
    v2 = (v2 + v6 + message[schedule[at + 4]!]!) | 0;
    v14 ^= v2;
    v14 = (v14 >>> 16) | (v14 << 16);
    v10 = (v10 + v14) | 0;
    v6 ^= v10;
    v6 = (v6 >>> 12) | (v6 << 20);
    v2 = (v2 + v6 + message[schedule[at + 5]!]!) | 0;
    v14 ^= v2;
    v14 = (v14 >>> 8) | (v14 << 24);
    v10 = (v10 + v14) | 0;
    v6 ^= v10;
    v6 = (v6 >>> 7) | (v6 << 25);
    v3 = (v3 + v7 + message[schedule[at + 6]!]!) | 0;
    v15 ^= v3;
    v15 = (v15 >>> 16) | (v15 << 16);
    v11 = (v11 + v15) | 0;
    v7 ^= v11;
    v7 = (v7 >>> 12) | (v7 << 20);
    v3 = (v3 + v7 + message[schedule[at + 7]!]!) | 0;
    v15 ^= v3;
    v15 = (v15 >>> 8) | (v15 << 24);
    v11 = (v11 + v15) | 0;
    v7 ^= v11;
    v7 = (v7 >>> 7) | (v7 << 25);
    v0 = (v0 + v5 + message[schedule[at + 8]!]!) | 0;
    v15 ^= v0;
    v15 = (v15 >>> 16) | (v15 << 16);
    v10 = (v10 + v15) | 0;
    v5 ^= v10;
    v5 = (v5 >>> 12) | (v5 << 20);
    v0 = (v0 + v5 + message[schedule[at + 9]!]!) | 0;
    v15 ^= v0;
    v15 = (v15 >>> 8) | (v15 << 24);
    v10 = (v10 + v15) | 0;
    v5 ^= v10;
    v5 = (v5 >>> 7) | (v5 << 25);
    v1 = (v1 + v6 + message[schedule[at + 10]!]!) | 0;
    v12 ^= v1;
    v12 = (v12 >>> 16) | (v12 << 16);
    v11 = (v11 + v12) | 0;
    v6 ^= v11;
    v6 = (v6 >>> 12) | (v6 << 20);
    v1 = (v1 + v6 + message[schedule[at + 11]!]!) | 0;
    v12 ^= v1;
    v12 = (v12 >>> 8) | (v12 << 24);
    v11 = (v11 + v12) | 0;
    v6 ^= v11;
    v6 = (v6 >>> 7) | (v6 << 25);
    v2 = (v2 + v7 + message[schedule[at + 12]!]!) | 0;
    v13 ^= v2;
    v13 = (v13 >>> 16) | (v13 << 16);
    v8 = (v8 + v13) | 0;
    v7 ^= v8;
    v7 = (v7 >>> 12) | (v7 << 20);
    v2 = (v2 + v7 + message[schedule[at + 13]!]!) | 0;
    v13 ^= v2;
    v13 = (v13 >>> 8) | (v13 << 24);
    v8 = (v8 + v13) | 0;
    v7 ^= v8;
    v7 = (v7 >>> 7) | (v7 << 25);
    v3 = (v3 + v4 + message[schedule[at + 14]!]!) | 0;
    v14 ^= v3;
    v14 = (v14 >>> 16) | (v14 << 16);
    v9 = (v9 + v14) | 0;
    v4 ^= v9;
    v4 = (v4 >>> 12) | (v4 << 20);
    v3 = (v3 + v4 + message[schedule[at + 15]!]!) | 0;
    v14 ^= v3;
    v14 = (v14 >>> 8) | (v14 << 24);
    v9 = (v9 + v14) | 0;
    v4 ^= v9;
    v4 = (v4 >>> 7) | (v4 << 25);
  }
  cv[0] = v0 ^ v8;
  cv[1] = v1 ^ v9;
  cv[2] = v2 ^ v10;
  cv[3] = v3 ^ v11;
  cv[4] = v4 ^ v12;
  cv[5] = v5 ^ v13;
  cv[6] = v6 ^ v14;
  cv[7] = v7 ^ v15;
}

function load(bytes: Uint8Array, offset: number, length: number): void {
  message.fill(0);
  for (let at = 0; at < length; at += 1) {
    message[at >> 2] = (message[at >> 2] as number) | ((bytes[offset + at] as number) << ((at & 3) * 8));
  }
}

/** Chaining value of a chunk of 0 to 1,024 bytes; `root` is set for an input of one chunk. */
function chunkValue(chunk: Uint8Array, index: number, root: boolean): Uint32Array {
  const cv = Uint32Array.from(iv);
  const last = Math.max(0, Math.ceil(chunk.length / blockBytes) - 1);
  for (let block = 0; block <= last; block += 1) {
    const length = Math.min(blockBytes, chunk.length - block * blockBytes);
    load(chunk, block * blockBytes, length);
    const ends = block === last ? chunkEnd | (root ? rootFlag : 0) : 0;
    compress(cv, index, length, (block === 0 ? chunkStart : 0) | ends);
  }
  return cv;
}

function parentValue(left: Uint32Array, right: Uint32Array, root: boolean): Uint32Array {
  const cv = Uint32Array.from(iv);
  message.set(left, 0);
  message.set(right, 8);
  compress(cv, 0, blockBytes, parentFlag | (root ? rootFlag : 0));
  return cv;
}

function toBytes(cv: Uint32Array): Buffer {
  const bytes = Buffer.alloc(32);
  cv.forEach((word, index) => bytes.writeUInt32LE(word, index * 4));
  return bytes;
}

function fromBytes(bytes: Uint8Array): Uint32Array {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return Uint32Array.from({ length: 8 }, (_, index) => view.readUInt32LE(index * 4));
}

/** Chunks in so many bytes; nothing is one empty chunk. */
export function chunkCount(size: number): number {
  return Math.max(1, Math.ceil(size / chunkBytes));
}

/** Length of the chunk at an index; only the last may be short. */
export function chunkLength(size: number, index: number): number {
  return Math.min(chunkBytes, size - index * chunkBytes);
}

/** Chunks in the left subtree: the largest power of two below the count. */
function leftCount(count: number): number {
  return 2 ** (31 - Math.clz32(count - 1));
}

type Values = readonly Uint32Array[];

function chunkValues(bytes: Uint8Array): Values {
  const count = chunkCount(bytes.length);
  return Array.from({ length: count }, (_, index) =>
    chunkValue(bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes), index, count === 1),
  );
}

function subtree(values: Values, from: number, count: number, root: boolean): Uint32Array {
  if (count === 1) return values[from] as Uint32Array;
  const left = leftCount(count);
  return parentValue(
    subtree(values, from, left, false),
    subtree(values, from + left, count - left, false),
    root,
  );
}

/** BLAKE3-256 of the bytes. */
export function blake3(bytes: Uint8Array): Buffer {
  const values = chunkValues(bytes);
  return toBytes(subtree(values, 0, values.length, true));
}

/** A chunk and the chaining values from its sibling up to the root's child, 32 bytes each. */
export interface ChunkProof {
  readonly chunk: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/** The proof that a chunk belongs to a shard; throws RangeError for an index that is not there. */
export function proveChunk(shard: Uint8Array, index: number): ChunkProof {
  const path = siblings(chunkValues(shard), index).map(toBytes);
  return { chunk: shard.subarray(index * chunkBytes, (index + 1) * chunkBytes), path };
}

/** Values of the subtrees beside the way from one value up to the root over all. */
function siblings(values: Values, index: number): Uint32Array[] {
  if (!Number.isInteger(index) || index < 0 || index >= values.length) throw new RangeError('no such chunk');
  const path: Uint32Array[] = [];
  for (let from = 0, count = values.length; count > 1;) {
    const left = leftCount(count);
    const right = index - from >= left;
    path.unshift(
      right ? subtree(values, from, left, false) : subtree(values, from + left, count - left, false),
    );
    from += right ? left : 0;
    count = right ? count - left : left;
  }
  return path;
}

/**
 * Chaining values (32 bytes each) of the chunks of a part of a longer input that begins with chunk `first`. They are
 * what a proof's path is made of; the value of an input that is one chunk in all is another.
 */
export function chainingValues(part: Uint8Array, first: number): Buffer[] {
  return Array.from({ length: chunkCount(part.length) }, (_, at) =>
    toBytes(chunkValue(part.subarray(at * chunkBytes, (at + 1) * chunkBytes), first + at, false)),
  );
}

/**
 * The value over neighbouring subtrees, which all but the last cover the same power of two of chunks; a digest when
 * `root` is set. One value stands for itself and can't be a root. Throws RangeError for none.
 */
export function valueOver(values: readonly Uint8Array[], root: boolean): Buffer {
  if (values.length === 0 || (root && values.length === 1)) throw new RangeError('no values to join');
  return toBytes(subtree(values.map(fromBytes), 0, values.length, root));
}

/** The values beside the way from one of such subtrees up to the top; throws RangeError for an index that is not there. */
export function pathOver(values: readonly Uint8Array[], index: number): Buffer[] {
  return siblings(values.map(fromBytes), index).map(toBytes);
}

/** On which side the sibling stands at each level, from the chunk up to the root. */
function siblingSides(index: number, count: number): ('left' | 'right')[] {
  const sides: ('left' | 'right')[] = [];
  for (let at = index, rest = count; rest > 1;) {
    const left = leftCount(rest);
    sides.unshift(at < left ? 'right' : 'left');
    rest = at < left ? left : rest - left;
    at = at < left ? at : at - left;
  }
  return sides;
}

/**
 * Whether the chunk stands at the index of the shard with this digest (32 bytes) and size. Sides and number of
 * chunks come from index and size, never from the proof; a chunk or path of another length is false.
 */
export function verifyChunk(digest: Uint8Array, size: number, index: number, proof: ChunkProof): boolean {
  const count = chunkCount(size);
  if (!Number.isInteger(index) || index < 0 || index >= count) return false;
  if (proof.chunk.length !== chunkLength(size, index)) return false;
  const sides = siblingSides(index, count);
  if (proof.path.length !== sides.length || proof.path.some((value) => value.length !== 32)) return false;
  let value = chunkValue(proof.chunk, index, count === 1);
  sides.forEach((side, level) => {
    const sibling = fromBytes(proof.path[level] as Uint8Array);
    const root = level === sides.length - 1;
    value = side === 'left' ? parentValue(sibling, value, root) : parentValue(value, sibling, root);
  });
  return toBytes(value).equals(digest);
}

/*
 * BLAKE3 as its paper writes it down, recursive and on plain arrays: nothing here is fast, shared or flattened.
 */
const iv = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
const permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const columns = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

const turned = (word: number, bits: number) => ((word >>> bits) | (word << (32 - bits))) >>> 0;
const plus = (...words: number[]) => words.reduce((sum, word) => (sum + word) >>> 0, 0);
const word = (words: readonly number[], at: number) => words[at] as number;

function mix(v: number[], [a, b, c, d]: readonly [number, number, number, number], x: number, y: number) {
  v[a] = plus(word(v, a), word(v, b), x);
  v[d] = turned(word(v, d) ^ word(v, a), 16);
  v[c] = plus(word(v, c), word(v, d));
  v[b] = turned(word(v, b) ^ word(v, c), 12);
  v[a] = plus(word(v, a), word(v, b), y);
  v[d] = turned(word(v, d) ^ word(v, a), 8);
  v[c] = plus(word(v, c), word(v, d));
  v[b] = turned(word(v, b) ^ word(v, c), 7);
}

function compress(cv: readonly number[], block: Uint8Array, counter: number, flags: number): number[] {
  const padded = Buffer.concat([block, Buffer.alloc(64 - block.length)]);
  let message = Array.from({ length: 16 }, (_, at) => padded.readUInt32LE(at * 4));
  const v = [...cv, ...iv.slice(0, 4), counter, 0, block.length, flags];
  for (let round = 0; round < 7; round += 1) {
    columns.forEach((column, at) => mix(v, column, word(message, at * 2), word(message, at * 2 + 1)));
    message = permutation.map((at) => word(message, at));
  }
  return cv.map((_, at) => (word(v, at) ^ word(v, at + 8)) >>> 0);
}

const bytesOf = (cv: readonly number[]) => {
  const bytes = Buffer.alloc(32);
  cv.forEach((each, at) => bytes.writeUInt32LE(each, at * 4));
  return bytes;
};

function node(bytes: Uint8Array, firstChunk: number, root: number): number[] {
  if (bytes.length <= 1024) {
    const count = Math.max(1, Math.ceil(bytes.length / 64));
    return Array.from({ length: count }, (_, at) => bytes.subarray(at * 64, at * 64 + 64)).reduce(
      (cv, block, at) =>
        compress(cv, block, firstChunk, (at === 0 ? 1 : 0) | (at === count - 1 ? 2 | root : 0)),
      iv,
    );
  }
  let left = 1024;
  while (left * 2 < bytes.length) left *= 2;
  const values = [
    node(bytes.subarray(0, left), firstChunk, 0),
    node(bytes.subarray(left), firstChunk + left / 1024, 0),
  ];
  return compress(iv, Buffer.concat(values.map(bytesOf)), 0, 4 | root);
}

/** BLAKE3-256 of the bytes. */
export function slowBlake3(bytes: Uint8Array): Buffer {
  return bytesOf(node(bytes, 0, 8));
}

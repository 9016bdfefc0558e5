/*
 * BLAKE3 chaining values, four inputs at a time, one in each 32-bit lane ("BLAKE3: one function, fast everywhere",
 * section 5.3). The caller's scratch memory holds, from its start: the order of message words of the seven rounds
 * (7 x 16 offsets of u16, 224 bytes), four chaining values in lanes (at 256), sixteen message words in lanes (at 512).
 */

const valuesAt: usize = 256;
const wordsAt: usize = 512;
const chunkBytes: usize = 1024;
const blockBytes: usize = 64;
const valueBytes: usize = 32;
const chunkStart = 1;
const chunkEnd = 2;
const parentFlag = 4;

function word(words: usize, order: usize, at: usize): v128 {
  return v128.load(words + load<u16>(order + (at << 1)));
}

function turn16(x: v128): v128 {
  return i8x16.shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

function turn12(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 12), i32x4.shl(x, 20));
}

function turn8(x: v128): v128 {
  return i8x16.shuffle(x, x, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
}

function turn7(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 7), i32x4.shl(x, 25));
}

/** The compression function on four lanes: message words and chaining values are in scratch memory. */
function compress(scratch: usize, counters: v128, flags: i32): void {
  const values = scratch + valuesAt;
  const words = scratch + wordsAt;
  let v0 = v128.load(values, 0);
  let v1 = v128.load(values, 16);
  let v2 = v128.load(values, 32);
  let v3 = v128.load(values, 48);
  let v4 = v128.load(values, 64);
  let v5 = v128.load(values, 80);
  let v6 = v128.load(values, 96);
  let v7 = v128.load(values, 112);
  let v8 = i32x4.splat(0x6a09e667);
  let v9 = i32x4.splat(<i32>0xbb67ae85);
  let v10 = i32x4.splat(0x3c6ef372);
  let v11 = i32x4.splat(<i32>0xa54ff53a);
  let v12 = counters;
  let v13 = i32x4.splat(0);
  let v14 = i32x4.splat(64);
  let v15 = i32x4.splat(flags);
  const end = scratch + 224;
  for (let order = scratch; order < end; order += 32) {
    v0 = i32x4.add(i32x4.add(v0, v4), word(words, order, 0));
    v12 = turn16(v128.xor(v12, v0));
    v8 = i32x4.add(v8, v12);
    v4 = turn12(v128.xor(v4, v8));
    v0 = i32x4.add(i32x4.add(v0, v4), word(words, order, 1));
    v12 = turn8(v128.xor(v12, v0));
    v8 = i32x4.add(v8, v12);
    v4 = turn7(v128.xor(v4, v8));
    v1 = i32x4.add(i32x4.add(v1, v5), word(words, order, 2));
    v13 = turn16(v128.xor(v13, v1));
    v9 = i32x4.add(v9, v13);
    v5 = turn12(v128.xor(v5, v9));
    v1 = i32x4.add(i32x4.add(v1, v5), word(words, order, 3));
    v13 = turn8(v128.xor(v13, v1));
    v9 = i32x4.add(v9, v13);
    v5 = turn7(v128.xor(v5, v9));
    v2 = i32x4.add(i32x4.add(v2, v6), word(words, order, 4));
    v14 = turn16(v128.xor(v14, v2));
    v10 = i32x4.add(v10, v14);
    v6 = turn12(v128.xor(v6, v10));
    v2 = i32x4.add(i32x4.add(v2, v6), word(words, order, 5));
    v14 = turn8(v128.xor(v14, v2));
    v10 = i32x4.add(v10, v14);
    v6 = turn7(v128.xor(v6, v10));
    v3 = i32x4.add(i32x4.add(v3, v7), word(words, order, 6));
    v15 = turn16(v128.xor(v15, v3));
    v11 = i32x4.add(v11, v15);
    v7 = turn12(v128.xor(v7, v11));
    v3 = i32x4.add(i32x4.add(v3, v7), word(words, order, 7));
    v15 = turn8(v128.xor(v15, v3));
    v11 = i32x4.add(v11, v15);
    v7 = turn7(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v5), word(words, order, 8));
    v15 = turn16(v128.xor(v15, v0));
    v10 = i32x4.add(v10, v15);
    v5 = turn12(v128.xor(v5, v10));
    v0 = i32x4.add(i32x4.add(v0, v5), word(words, order, 9));
    v15 = turn8(v128.xor(v15, v0));
    v10 = i32x4.add(v10, v15);
    v5 = turn7(v128.xor(v5, v10));
    v1 = i32x4.add(i32x4.add(v1, v6), word(words, order, 10));
    v12 = turn16(v128.xor(v12, v1));
    v11 = i32x4.add(v11, v12);
    v6 = turn12(v128.xor(v6, v11));
    v1 = i32x4.add(i32x4.add(v1, v6), word(words, order, 11));
    v12 = turn8(v128.xor(v12, v1));
    v11 = i32x4.add(v11, v12);
    v6 = turn7(v128.xor(v6, v11));
    v2 = i32x4.add(i32x4.add(v2, v7), word(words, order, 12));
    v13 = turn16(v128.xor(v13, v2));
    v8 = i32x4.add(v8, v13);
    v7 = turn12(v128.xor(v7, v8));
    v2 = i32x4.add(i32x4.add(v2, v7), word(words, order, 13));
    v13 = turn8(v128.xor(v13, v2));
    v8 = i32x4.add(v8, v13);
    v7 = turn7(v128.xor(v7, v8));
    v3 = i32x4.add(i32x4.add(v3, v4), word(words, order, 14));
    v14 = turn16(v128.xor(v14, v3));
    v9 = i32x4.add(v9, v14);
    v4 = turn12(v128.xor(v4, v9));
    v3 = i32x4.add(i32x4.add(v3, v4), word(words, order, 15));
    v14 = turn8(v128.xor(v14, v3));
    v9 = i32x4.add(v9, v14);
    v4 = turn7(v128.xor(v4, v9));
  }
  v128.store(values, v128.xor(v0, v8), 0);
  v128.store(values, v128.xor(v1, v9), 16);
  v128.store(values, v128.xor(v2, v10), 32);
  v128.store(values, v128.xor(v3, v11), 48);
  v128.store(values, v128.xor(v4, v12), 64);
  v128.store(values, v128.xor(v5, v13), 80);
  v128.store(values, v128.xor(v6, v14), 96);
  v128.store(values, v128.xor(v7, v15), 112);
}

/** Four rows of four words become four columns, each a message word of all lanes. */
function transpose(a: v128, b: v128, c: v128, d: v128, target: usize): void {
  const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(target, i64x2.shuffle(ab0, cd0, 0, 2));
  v128.store(target, i64x2.shuffle(ab0, cd0, 1, 3), 16);
  v128.store(target, i64x2.shuffle(ab1, cd1, 0, 2), 32);
  v128.store(target, i64x2.shuffle(ab1, cd1, 1, 3), 48);
}

function loadBlocks(a: usize, b: usize, c: usize, d: usize, target: usize): void {
  for (let at: usize = 0; at < blockBytes; at += 16)
    transpose(v128.load(a + at), v128.load(b + at), v128.load(c + at), v128.load(d + at), target + (at << 2));
}

function begin(values: usize): void {
  v128.store(values, i32x4.splat(0x6a09e667), 0);
  v128.store(values, i32x4.splat(<i32>0xbb67ae85), 16);
  v128.store(values, i32x4.splat(0x3c6ef372), 32);
  v128.store(values, i32x4.splat(<i32>0xa54ff53a), 48);
  v128.store(values, i32x4.splat(0x510e527f), 64);
  v128.store(values, i32x4.splat(<i32>0x9b05688c), 80);
  v128.store(values, i32x4.splat(0x1f83d9ab), 96);
  v128.store(values, i32x4.splat(0x5be0cd19), 112);
}

/** Writes the chaining values of the first `count` lanes behind each other. */
function finish(scratch: usize, target: usize, count: usize): void {
  const values = scratch + valuesAt;
  for (let lane: usize = 0; lane < min<usize>(count, 4); lane += 1)
    for (let at: usize = 0; at < 8; at += 1)
      store<u32>(target + lane * valueBytes + (at << 2), load<u32>(values + (at << 4) + (lane << 2)));
}

/** Chaining values, below the root, of `count` whole chunks that stand behind each other from chunk `first` on. */
export function chunkValues(source: usize, first: i32, count: usize, target: usize, scratch: usize): void {
  for (let chunk: usize = 0; chunk < count; chunk += 4) {
    const a = source + chunk * chunkBytes;
    // Lanes beyond the last do the last again.
    const b = source + min(chunk + 1, count - 1) * chunkBytes;
    const c = source + min(chunk + 2, count - 1) * chunkBytes;
    const d = source + min(chunk + 3, count - 1) * chunkBytes;
    const counters = i32x4.add(i32x4.splat(first + <i32>chunk), i32x4(0, 1, 2, 3));
    begin(scratch + valuesAt);
    for (let at: usize = 0; at < chunkBytes; at += blockBytes) {
      loadBlocks(a + at, b + at, c + at, d + at, scratch + wordsAt);
      const flags = (at == 0 ? chunkStart : 0) | (at == chunkBytes - blockBytes ? chunkEnd : 0);
      compress(scratch, counters, flags);
    }
    finish(scratch, target + chunk * valueBytes, count - chunk);
  }
}

/** Chaining values, below the root, of the parents of `count` pairs; may write over what it reads. */
export function parentValues(source: usize, count: usize, target: usize, scratch: usize): void {
  for (let pair: usize = 0; pair < count; pair += 4) {
    const a = source + pair * blockBytes;
    const b = source + min(pair + 1, count - 1) * blockBytes;
    const c = source + min(pair + 2, count - 1) * blockBytes;
    const d = source + min(pair + 3, count - 1) * blockBytes;
    begin(scratch + valuesAt);
    loadBlocks(a, b, c, d, scratch + wordsAt);
    compress(scratch, i32x4.splat(0), parentFlag);
    finish(scratch, target + pair * valueBytes, count - pair);
  }
}

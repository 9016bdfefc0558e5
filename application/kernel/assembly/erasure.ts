/*
 * Linear combinations over GF(2^8) with 128-bit vectors. A product by a constant is two look-ups, one per nibble, in
 * tables of 16 bytes (Plank, Greenan, Miller: "Screaming Fast Galois Field Arithmetic Using Intel SIMD
 * Instructions", 2013). All accumulators of a pass live in registers: 4 outputs x 2 vectors, or 2 x 4, or 1 x 4.
 * Nothing here allocates, and all memory is the caller's.
 */

/** Bytes of each input that stay in the first caches while group after group of outputs reads them. */
const tileBytes: usize = 8192;
/** A pair of look-up tables: products of the low nibble, then of the high one. */
const pairBytes: usize = 32;

function lookUp(table: usize, nibbles: v128): v128 {
  // Indices are below 16, where both instructions say the same; the relaxed one needs no check of them.
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(v128.load(table), nibbles);
  return i8x16.swizzle(v128.load(table), nibbles);
}

function product(pair: usize, low: v128, high: v128): v128 {
  return v128.xor(lookUp(pair, low), lookUp(pair + 16, high));
}

function lowNibbles(bytes: v128): v128 {
  return v128.and(bytes, i8x16.splat(15));
}

function highNibbles(bytes: v128): v128 {
  return v128.and(i16x8.shr_u(bytes, 4), i8x16.splat(15));
}

function fourOutputs(
  tables: usize,
  inputs: usize,
  count: usize,
  outputs: usize,
  from: usize,
  to: usize,
): void {
  const o0 = <usize>load<u32>(outputs);
  const o1 = <usize>load<u32>(outputs + 4);
  const o2 = <usize>load<u32>(outputs + 8);
  const o3 = <usize>load<u32>(outputs + 12);
  for (let at = from; at < to; at += 32) {
    let a0 = i64x2.splat(0);
    let a1 = i64x2.splat(0);
    let b0 = i64x2.splat(0);
    let b1 = i64x2.splat(0);
    let c0 = i64x2.splat(0);
    let c1 = i64x2.splat(0);
    let d0 = i64x2.splat(0);
    let d1 = i64x2.splat(0);
    let pair = tables;
    for (let input: usize = 0; input < count; input += 1) {
      const source = <usize>load<u32>(inputs + (input << 2)) + at;
      const x0 = v128.load(source);
      const x1 = v128.load(source, 16);
      const l0 = lowNibbles(x0);
      const h0 = highNibbles(x0);
      const l1 = lowNibbles(x1);
      const h1 = highNibbles(x1);
      a0 = v128.xor(a0, product(pair, l0, h0));
      a1 = v128.xor(a1, product(pair, l1, h1));
      b0 = v128.xor(b0, product(pair + pairBytes, l0, h0));
      b1 = v128.xor(b1, product(pair + pairBytes, l1, h1));
      c0 = v128.xor(c0, product(pair + 2 * pairBytes, l0, h0));
      c1 = v128.xor(c1, product(pair + 2 * pairBytes, l1, h1));
      d0 = v128.xor(d0, product(pair + 3 * pairBytes, l0, h0));
      d1 = v128.xor(d1, product(pair + 3 * pairBytes, l1, h1));
      pair += 4 * pairBytes;
    }
    v128.store(o0 + at, a0);
    v128.store(o0 + at, a1, 16);
    v128.store(o1 + at, b0);
    v128.store(o1 + at, b1, 16);
    v128.store(o2 + at, c0);
    v128.store(o2 + at, c1, 16);
    v128.store(o3 + at, d0);
    v128.store(o3 + at, d1, 16);
  }
}

function twoOutputs(
  tables: usize,
  inputs: usize,
  count: usize,
  outputs: usize,
  from: usize,
  to: usize,
): void {
  const o0 = <usize>load<u32>(outputs);
  const o1 = <usize>load<u32>(outputs + 4);
  for (let at = from; at < to; at += 64) {
    let a0 = i64x2.splat(0);
    let a1 = i64x2.splat(0);
    let a2 = i64x2.splat(0);
    let a3 = i64x2.splat(0);
    let b0 = i64x2.splat(0);
    let b1 = i64x2.splat(0);
    let b2 = i64x2.splat(0);
    let b3 = i64x2.splat(0);
    let pair = tables;
    for (let input: usize = 0; input < count; input += 1) {
      const source = <usize>load<u32>(inputs + (input << 2)) + at;
      const x0 = v128.load(source);
      const l0 = lowNibbles(x0);
      const h0 = highNibbles(x0);
      a0 = v128.xor(a0, product(pair, l0, h0));
      b0 = v128.xor(b0, product(pair + pairBytes, l0, h0));
      const x1 = v128.load(source, 16);
      const l1 = lowNibbles(x1);
      const h1 = highNibbles(x1);
      a1 = v128.xor(a1, product(pair, l1, h1));
      b1 = v128.xor(b1, product(pair + pairBytes, l1, h1));
      const x2 = v128.load(source, 32);
      const l2 = lowNibbles(x2);
      const h2 = highNibbles(x2);
      a2 = v128.xor(a2, product(pair, l2, h2));
      b2 = v128.xor(b2, product(pair + pairBytes, l2, h2));
      const x3 = v128.load(source, 48);
      const l3 = lowNibbles(x3);
      const h3 = highNibbles(x3);
      a3 = v128.xor(a3, product(pair, l3, h3));
      b3 = v128.xor(b3, product(pair + pairBytes, l3, h3));
      pair += 2 * pairBytes;
    }
    v128.store(o0 + at, a0);
    v128.store(o0 + at, a1, 16);
    v128.store(o0 + at, a2, 32);
    v128.store(o0 + at, a3, 48);
    v128.store(o1 + at, b0);
    v128.store(o1 + at, b1, 16);
    v128.store(o1 + at, b2, 32);
    v128.store(o1 + at, b3, 48);
  }
}

function oneOutput(tables: usize, inputs: usize, count: usize, outputs: usize, from: usize, to: usize): void {
  const o0 = <usize>load<u32>(outputs);
  for (let at = from; at < to; at += 64) {
    let a0 = i64x2.splat(0);
    let a1 = i64x2.splat(0);
    let a2 = i64x2.splat(0);
    let a3 = i64x2.splat(0);
    let pair = tables;
    for (let input: usize = 0; input < count; input += 1) {
      const source = <usize>load<u32>(inputs + (input << 2)) + at;
      const x0 = v128.load(source);
      const x1 = v128.load(source, 16);
      const x2 = v128.load(source, 32);
      const x3 = v128.load(source, 48);
      a0 = v128.xor(a0, product(pair, lowNibbles(x0), highNibbles(x0)));
      a1 = v128.xor(a1, product(pair, lowNibbles(x1), highNibbles(x1)));
      a2 = v128.xor(a2, product(pair, lowNibbles(x2), highNibbles(x2)));
      a3 = v128.xor(a3, product(pair, lowNibbles(x3), highNibbles(x3)));
      pair += pairBytes;
    }
    v128.store(o0 + at, a0);
    v128.store(o0 + at, a1, 16);
    v128.store(o0 + at, a2, 32);
    v128.store(o0 + at, a3, 48);
  }
}

/**
 * Writes `outputCount` combinations of `inputCount` inputs. `inputs` and `outputs` point at lists of addresses (u32),
 * `length` is a multiple of 64. Outputs are taken in groups of four, then two, then one; `tables` holds, group by
 * group, input by input, a pair of tables for each output of the group. No output may overlap an input.
 */
export function combine(
  tables: usize,
  inputs: usize,
  inputCount: usize,
  outputs: usize,
  outputCount: usize,
  length: usize,
): void {
  for (let from: usize = 0; from < length; from += tileBytes) {
    const to = min(from + tileBytes, length);
    const groupBytes = inputCount * pairBytes;
    let table = tables;
    let output: usize = 0;
    while (outputCount - output >= 4) {
      fourOutputs(table, inputs, inputCount, outputs + (output << 2), from, to);
      table += 4 * groupBytes;
      output += 4;
    }
    if (outputCount - output >= 2) {
      twoOutputs(table, inputs, inputCount, outputs + (output << 2), from, to);
      table += 2 * groupBytes;
      output += 2;
    }
    if (output < outputCount) oneOutput(table, inputs, inputCount, outputs + (output << 2), from, to);
  }
}

/** Product in GF(2^8) by shift and add, apart from the tables under test. */
export function slowProduct(a: number, b: number): number {
  let result = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    result = (result << 1) ^ (result & 0x80 ? 0x11d : 0);
    if (b & (1 << bit)) result ^= a;
  }
  return result & 0xff;
}

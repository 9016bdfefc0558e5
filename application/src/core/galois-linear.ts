import { type Matrix, multiply } from './galois.js';

/** Outputs that one 32-bit word carries, and inputs that one pass reads. */
const lanes = 4;
// Accumulators of a tile and the tables of a pass stay in the first-level cache.
const tileBytes = 4096;

/** Per input: what each of its 256 values adds to four outputs, packed into one word, output 0 lowest. */
type Tables = readonly Uint32Array[];

/**
 * Linear combinations over GF(2^8): output r is the sum of rows[r][c] * inputs[c], byte by byte. Inputs are `length`
 * bytes each. Four outputs are computed by one table look-up per byte of input.
 */
export function linear(rows: Matrix, inputs: readonly Uint8Array[], length: number): Buffer[] {
  const outputs = rows.map(() => Buffer.allocUnsafe(length));
  const sums = new Uint32Array(tileBytes);
  for (let first = 0; first < rows.length; first += lanes) {
    const tables = tablesOf(rows.slice(first, first + lanes), inputs.length);
    const targets = outputs.slice(first, first + lanes);
    for (let start = 0; start < length; start += tileBytes) {
      const end = Math.min(start + tileBytes, length);
      sums.fill(0);
      for (let column = 0; column < inputs.length; column += lanes)
        addFour(sums, tables, inputs, column, start, end);
      targets.forEach((target, lane) => unpack(target, sums, lane * 8, start, end));
    }
  }
  return outputs;
}

function tablesOf(rows: Matrix, columns: number): Tables {
  return Array.from({ length: columns }, (_, column) => {
    const table = new Uint32Array(256);
    rows.forEach((row, lane) => {
      const factor = row[column] ?? 0;
      for (let value = 0; value < 256; value += 1)
        table[value] = (table[value] ?? 0) | (multiply(factor, value) << (8 * lane));
    });
    return table;
  });
}

const nothing = new Uint32Array(256);

/** Adds what four inputs contribute to the sums of a tile; inputs beyond the last contribute nothing. */
function addFour(
  sums: Uint32Array,
  tables: Tables,
  inputs: readonly Uint8Array[],
  column: number,
  start: number,
  end: number,
): void {
  const any = inputs[column] as Uint8Array;
  const [a, b = any, c = any, d = any] = inputs.slice(column, column + lanes) as [Uint8Array];
  const [ta, tb = nothing, tc = nothing, td = nothing] = tables.slice(column, column + lanes) as [
    Uint32Array,
  ];
  for (let at = start, to = 0; at < end; at += 1, to += 1)
    sums[to] =
      (sums[to] as number) ^
      (ta[a[at] as number] as number) ^
      (tb[b[at] as number] as number) ^
      (tc[c[at] as number] as number) ^
      (td[d[at] as number] as number);
}

function unpack(target: Uint8Array, sums: Uint32Array, shift: number, start: number, end: number): void {
  for (let at = start, from = 0; at < end; at += 1, from += 1) target[at] = (sums[from] as number) >>> shift;
}

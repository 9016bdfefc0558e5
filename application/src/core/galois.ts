/** Rows of a matrix over GF(2^8). */
export type Matrix = readonly Uint8Array[];

const polynomial = 0x11d;
const exponents = new Uint8Array(510);
const logarithms = new Uint8Array(256);
for (let power = 0, value = 1; power < 255; power += 1) {
  exponents[power] = value;
  exponents[power + 255] = value;
  logarithms[value] = power;
  value = value & 0x80 ? (value << 1) ^ polynomial : value << 1;
}

/** Product in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1 (0x11d), of which 2 is a generator. */
export function multiply(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return exponents[(logarithms[a] ?? 0) + (logarithms[b] ?? 0)] ?? 0;
}

/** Product of two matrices. */
export function product(left: Matrix, right: Matrix): Uint8Array[] {
  const width = right[0]?.length ?? 0;
  return left.map((row) => {
    const result = new Uint8Array(width);
    right.forEach((other, at) => addMultiple(result, other, row[at] ?? 0));
    return result;
  });
}

/** Inverse of a square matrix by Gauss and Jordan; throws RangeError for a singular one. */
export function invert(matrix: Matrix): Uint8Array[] {
  const size = matrix.length;
  const rows = matrix.map((row, at) => {
    const wide = new Uint8Array(2 * size);
    wide.set(row);
    wide[size + at] = 1;
    return wide;
  });
  for (let column = 0; column < size; column += 1) {
    const pivotAt = rows.findIndex((row, at) => at >= column && row[column] !== 0);
    const pivot = rows[pivotAt];
    if (pivot === undefined) throw new RangeError('a singular matrix has no inverse');
    rows.splice(pivotAt, 1);
    rows.splice(column, 0, pivot);
    scale(pivot, reciprocal(pivot[column] ?? 0));
    for (const row of rows) if (row !== pivot) addMultiple(row, pivot, row[column] ?? 0);
  }
  return rows.map((row) => row.slice(size));
}

/**
 * The matrix that turns `dataCount` data shards into all shards: row i of a Vandermonde matrix is 1, i, i^2, ...; times
 * the inverse of its upper square, so that the data shards stand for themselves and any `dataCount` rows are independent.
 */
export function codingMatrix(dataCount: number, parityCount: number): Matrix {
  const total = dataCount + parityCount;
  const whole = Number.isInteger(dataCount) && Number.isInteger(parityCount);
  if (!whole || dataCount < 1 || parityCount < 0 || total > 255)
    throw new RangeError(`no code has ${dataCount} data and ${parityCount} parity shards`);
  const name = `${dataCount}+${parityCount}`;
  const known = matrices.get(name);
  if (known !== undefined) return known;
  const vandermonde = Array.from({ length: total }, (_, row) => powers(row, dataCount));
  const matrix = product(vandermonde, invert(vandermonde.slice(0, dataCount)));
  matrices.set(name, matrix);
  return matrix;
}

const matrices = new Map<string, Matrix>();

/**
 * The rows that turn the shards at the first `dataCount` of the `present` indices into the wanted ones. Throws
 * RangeError when fewer are present, or for an index that the code does not have.
 */
export function recoveryMatrix(
  dataCount: number,
  parityCount: number,
  present: readonly number[],
  wanted: readonly number[],
): Matrix {
  const matrix = codingMatrix(dataCount, parityCount);
  if (present.length < dataCount)
    throw new RangeError(`${dataCount} shards are needed and ${present.length} are there`);
  const inverse = invert(present.slice(0, dataCount).map((index) => rowOf(matrix, index)));
  return product(
    wanted.map((index) => rowOf(matrix, index)),
    inverse,
  );
}

function rowOf(matrix: Matrix, index: number): Uint8Array {
  const row = matrix[index];
  if (row === undefined) throw new RangeError(`a stripe of ${matrix.length} shards has no shard ${index}`);
  return row;
}

function powers(of: number, count: number): Uint8Array {
  const row = new Uint8Array(count);
  for (let at = 0, value = 1; at < count; at += 1, value = multiply(value, of)) row[at] = value;
  return row;
}

function reciprocal(value: number): number {
  return exponents[255 - (logarithms[value] ?? 0)] ?? 0;
}

function scale(row: Uint8Array, by: number): void {
  row.forEach((value, at) => (row[at] = multiply(value, by)));
}

function addMultiple(target: Uint8Array, row: Uint8Array, by: number): void {
  if (by !== 0) row.forEach((value, at) => (target[at] = (target[at] ?? 0) ^ multiply(value, by)));
}

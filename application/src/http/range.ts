import { Denial } from '../ports/fault.js';

const single = /^bytes=[ \t]*(?:(\d+)-(\d*)|-(\d+))[ \t]*$/i;

/**
 * The range that a Range header asks of `bytes` bytes, `end` exclusive, RFC 9110 section 14. Undefined means all: no
 * header, another unit, several ranges, or one that is not well formed. Denial `range-not-satisfiable` with the size.
 */
export function rangeOf(
  header: string | undefined,
  bytes: number,
): { readonly start: number; readonly end: number } | undefined {
  const match = header === undefined ? null : single.exec(header);
  if (match === null) return undefined;
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    if (Number(suffix) === 0 || bytes === 0) throw unsatisfiable(bytes);
    return { start: Math.max(0, bytes - Number(suffix)), end: bytes };
  }
  const start = Number(first);
  const end = last === '' ? bytes : Number(last) + 1;
  if (end <= start && last !== '') return undefined;
  if (start >= bytes) throw unsatisfiable(bytes);
  return { start, end: Math.min(end, bytes) };
}

function unsatisfiable(bytes: number): Denial {
  return new Denial('range-not-satisfiable', `the object has ${bytes} bytes`, { bytes: String(bytes) });
}

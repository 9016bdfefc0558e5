import { UsageError } from './outcome.js';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const widest = 100;

/** A count of bytes for people. */
export function sizeText(bytes: number | string): string {
  let value = Number(bytes);
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? ''}`;
}

/** A count of bytes as a decimal string, from what people write: 500GiB, 4096, 1 TiB. UsageError for anything else. */
export function bytesIn(text: string): string {
  const [, digits, unit = 'B'] = /^(\d{1,20}) ?([KMGTP]iB|B)?$/.exec(text) ?? [];
  if (digits === undefined)
    throw new UsageError(`"${text}" is no size`, 'write 4GiB, 500MiB or a count of bytes');
  return String(BigInt(digits) << (10n * BigInt(units.indexOf(unit))));
}

/** The same as a number; UsageError too where it is no safe integer. */
export function byteCountIn(text: string): number {
  const bytes = Number(bytesIn(text));
  if (!Number.isSafeInteger(bytes)) throw new UsageError(`${text} is too large`, 'write less than 8192TiB');
  return bytes;
}

/** Text from the network without what a terminal would take for a command. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (sign) => JSON.stringify(sign).slice(1, -1));
}

/** A table of at most 100 columns; numbers to the right, the last column cut when it is too wide. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(printable));
  const widths = head.map((title, at) =>
    Math.min(48, Math.max(title.length, ...clean.map((row) => (row[at] ?? '').length))),
  );
  const line = (row: readonly string[]) =>
    widths
      .map((width, at) => {
        const cell = cut(row[at] ?? '', width);
        return /^-?[\d.]+(?: [KMGTP]?i?B)?$/.test(cell) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [head, ...clean].map((row) => `${cut(line(row), widest)}\n`).join('');
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

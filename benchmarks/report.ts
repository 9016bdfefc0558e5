import { machine } from './machine.js';

/** A line of a report: a figure, and what it is compared with. */
export interface Line {
  readonly name: string;
  /** MB/s by the clock. */
  readonly rate: number;
  /** MB per second of processor time. */
  readonly rateOfProcessor: number;
  /** Such as `0.93 of its kernels in turn`. */
  readonly compared?: string;
}

/** A claim with its bar and whether this run met it. */
export interface Verdict {
  readonly claim: string;
  readonly bar: number;
  readonly found: number;
}

/** Prints the claim, the machine, the figures and the verdicts. A bar that was missed is said, and fails nothing. */
export function report(title: string, lines: readonly Line[], verdicts: readonly Verdict[]): void {
  const width = Math.max(...lines.map(({ name }) => name.length));
  const text = [
    title,
    machine(),
    '',
    `  ${''.padEnd(width)}    MB/s  MB/CPU-s`,
    ...lines.map(({ name, rate, rateOfProcessor, compared = '' }) =>
      `  ${name.padEnd(width)} ${column(rate)} ${column(rateOfProcessor)}  ${compared}`.trimEnd(),
    ),
    '',
    ...verdicts.map(
      ({ claim, bar, found }) =>
        `  ${found >= bar ? 'met   ' : 'missed'} ${claim}: ${shown(found)}, bar ${shown(bar)}`,
    ),
    '',
  ];
  process.stdout.write(`${text.join('\n')}\n`);
}

function column(value: number): string {
  return value.toFixed(0).padStart(8);
}

function shown(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}

import { basename } from 'node:path';

import { type Machine, machine } from './machine.js';
import { options } from './options.js';

/** A line of a report: a figure with its unit, and what it is compared with. */
export interface Line {
  readonly name: string;
  readonly figure: string;
  /** Such as `0.93 of its kernels in turn`. */
  readonly compared?: string;
}

/** A claim with its bar, what this run found, and what that is against its reference. */
export interface Verdict {
  readonly claim: string;
  readonly bar: string;
  readonly measured: string;
  /** Against the reference that ran beside it. */
  readonly ratio: string;
  readonly met: boolean;
}

/** What the time of a span went to, by stage. */
export interface Stages {
  readonly title: string;
  readonly rows: readonly { readonly stage: string; readonly seconds: number; readonly percent: number }[];
}

/** All that a benchmark found in a run. */
export interface Finding {
  readonly benchmark: string;
  readonly title: string;
  /** What ran where: processes, sizes, rounds. */
  readonly setting: string;
  readonly machine: Machine;
  readonly lines: readonly Line[];
  readonly verdicts: readonly Verdict[];
  readonly stages?: readonly Stages[];
  /** What the figures say, in sentences. */
  readonly notes?: readonly string[];
}

/** Bars of a claim; `most` for what should be small. */
export type Bar = { readonly least: number } | { readonly most: number };

/** Judges a claim; a bar that was missed is said, and fails nothing. */
export function verdict(
  claim: string,
  bar: Bar,
  found: number,
  { unit = '', measured, ratio = '' }: { unit?: string; measured?: string; ratio?: string } = {},
): Verdict {
  const [sign, limit] = 'least' in bar ? ['≥', bar.least] : ['≤', bar.most];
  return {
    claim,
    bar: `${sign} ${limit}${unit === '' ? '' : ` ${unit}`}`,
    measured: measured ?? withUnit(found, unit),
    ratio,
    met: 'least' in bar ? found >= bar.least : found <= bar.most,
  };
}

/** A figure with three digits or so and its unit. */
export function withUnit(value: number, unit: string): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return `${value.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`;
}

/** How many times a reference's figure another one is. */
export function times(value: number, reference: number, name: string): string {
  return `${(value / reference).toFixed(2)} x ${name}`;
}

/** Prints a finding, and hands it to the process that asked for it. */
export function report(found: Omit<Finding, 'benchmark' | 'machine'>): void {
  const benchmark = basename(process.argv[1] ?? '', '.js');
  const finding: Finding = { benchmark, machine: machine(), ...found };
  if (!options.json) process.stdout.write(textOf(finding));
  process.send?.(finding);
}

function textOf({ title, setting, machine, lines, verdicts, stages = [], notes = [] }: Finding): string {
  const { place, loadBefore, commit, at } = machine;
  const width = Math.max(...lines.map(({ name }) => name.length));
  return [
    title,
    setting,
    `${place}; load ${loadBefore} before; commit ${commit}; ${at}`,
    '',
    ...lines.map(({ name, figure, compared = '' }) =>
      `  ${name.padEnd(width)} ${figure.padStart(16)}  ${compared}`.trimEnd(),
    ),
    ...stages.flatMap(stageLines),
    ...notes.map((note) => `  ${note}`),
    '',
    ...verdicts.map(
      ({ claim, bar, measured, ratio, met }) =>
        `  ${met ? 'met   ' : 'missed'} ${claim}: ${measured}${ratio === '' ? '' : ` (${ratio})`}, bar ${bar}`,
    ),
    '',
    '',
  ].join('\n');
}

function stageLines({ title, rows }: Stages): string[] {
  return [
    '',
    `  ${title}`,
    ...rows.map(
      ({ stage, seconds, percent }) =>
        `    ${stage.padEnd(24)} ${seconds.toFixed(2).padStart(7)} s ${percent.toFixed(0).padStart(4)} %`,
    ),
  ];
}

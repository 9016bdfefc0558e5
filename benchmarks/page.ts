import { format, resolveConfig } from 'prettier';

import { benchmarks } from './registry.js';
import type { Finding, Stages, Verdict } from './report.js';

const intro = `# Performance

Written by \`npm run bench -- --write\` and \`npm run bench:peers -- --write\`; don't edit it. A run of some benchmarks renews their rows only.

Rates are MB (10^6 bytes) of object a second. Every ratio is against a reference that ran in turn with it on the same machine: trust these. Times of a busy machine mean little, so the load before each benchmark stands beside it. What the missed bars are made of is in [performance-limits.md](performance-limits.md).`;

/** The page that says what every benchmark found, in the registry's order. */
export async function pageOf(findings: readonly Finding[]): Promise<string> {
  const order = (finding: Finding) => benchmarks.findIndex(({ name }) => name === finding.benchmark);
  const sorted = [...findings].filter((one) => order(one) >= 0).sort((a, b) => order(a) - order(b));
  const parts = [intro, claims(sorted), timeGoes(sorted), ...sorted.map(figures)];
  const settings = await resolveConfig(new URL('../../docs/performance.md', import.meta.url));
  return format(parts.join('\n\n'), { ...settings, parser: 'markdown' });
}

function claims(findings: readonly Finding[]): string {
  const rows = findings.flatMap(({ benchmark, verdicts, machine }) =>
    verdicts.map(
      (one) =>
        `| ${row(benchmark, one).join(' | ')} | ${machine.at}, ${machine.commit}, ${machine.loadBefore} |`,
    ),
  );
  const places = [...new Set(findings.map(({ machine }) => machine.place))];
  return [
    '## Claims',
    places.map((place) => `- ${place}`).join('\n'),
    [
      '| Benchmark | Claim | Bar | Measured | Ratio | | When (UTC), commit, load before |',
      '|---|---|---|---|---|---|---|',
      ...rows,
    ].join('\n'),
  ].join('\n\n');
}

function row(benchmark: string, { claim, bar, measured, ratio, met }: Verdict): string[] {
  return [benchmark, claim, bar, measured, ratio, met ? 'met' : '**missed**'];
}

function timeGoes(findings: readonly Finding[]): string {
  const profiled = findings.filter(({ stages = [] }) => stages.length > 0);
  return [
    '## Where the time goes',
    'Self time of functions in V8 profiles of the serving process, summed by stage; native work counts for the function that called it. Of the main thread, and of all codec threads together. Idle time of the main thread is waiting: for the client, the disks, the codec.',
    ...profiled.flatMap(({ stages = [], notes = [] }) => [
      ...stages.map(stageTable),
      ...notes.map((note) => `- ${note}`),
    ]),
  ].join('\n\n');
}

function stageTable({ title, rows }: Stages): string {
  return [
    `| ${title} | s | % |`,
    '|---|---:|---:|',
    ...rows.map(
      ({ stage, seconds, percent }) => `| ${stage} | ${seconds.toFixed(2)} | ${percent.toFixed(0)} |`,
    ),
  ].join('\n');
}

function figures({ benchmark, title, setting, lines, notes = [], stages = [] }: Finding): string {
  return [
    `## ${benchmark}`,
    `${title[0]?.toUpperCase() ?? ''}${title.slice(1)}. ${setting}`,
    [
      '| | | |',
      '|---|---:|---|',
      ...lines.map(({ name, figure, compared = '' }) => `| ${name} | ${figure} | ${compared} |`),
    ].join('\n'),
    ...(stages.length > 0 ? [] : notes.map((note) => `- ${note}`)),
  ].join('\n\n');
}

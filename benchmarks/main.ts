/*
 * `npm run bench -- [NAME ...] [--smoke] [--json] [--write] [--size=MiB] [--rounds=N] [--objects=N]`
 * `npm run bench:peers -- [NAME ...] …`: those that need other people's servers.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { type Benchmark, benchmarks } from './registry.js';
import type { Finding } from './report.js';
import { keepFindings } from './results.js';

const known = ['--smoke', '--json', '--write', '--peers', '--size=', '--rounds=', '--objects='];
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));

process.exitCode = await main();

async function main(): Promise<number> {
  const strange = [
    ...names.filter((name) => !benchmarks.some((one) => one.name === name)),
    ...flags.filter(
      (flag) => !known.some((each) => flag === each || (each.endsWith('=') && flag.startsWith(each))),
    ),
  ];
  if (strange.length > 0) {
    process.stderr.write(
      `There is no ${strange.join(', no ')}; there are ${benchmarks.map(({ name }) => name).join(', ')} and ${known.join(' ')}.\n`,
    );
    return 2;
  }
  const wanted = flags.includes('--peers') ? 'peers' : 'node';
  const isQuick = ({ smoke }: Benchmark) => smoke !== false || !flags.includes('--smoke');
  const chosen = benchmarks.filter((one) =>
    names.length > 0 ? names.includes(one.name) : one.needs === wanted && isQuick(one),
  );
  const findings: Finding[] = [];
  let failed = 0;
  for (const { name } of chosen) {
    const outcome = await run(name);
    findings.push(...outcome.findings);
    if (!outcome.ok) failed += 1;
    // At once, so that hours of others are not lost with one that fails.
    if (flags.includes('--write')) await keepFindings(outcome.findings);
  }
  if (flags.includes('--json')) process.stdout.write(`${JSON.stringify(findings, undefined, 2)}\n`);
  return failed === 0 ? 0 : 1;
}

function run(name: string): Promise<{ ok: boolean; findings: Finding[] }> {
  const path = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  const child = spawn(process.execPath, ['--enable-source-maps', path, ...flags], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const findings: Finding[] = [];
  child.on('message', (finding) => findings.push(finding as Finding));
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve({ ok: code === 0, findings });
    });
  });
}

import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { pageOf } from './page.js';
import type { Finding } from './report.js';

const pathTo = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const resultsPath = pathTo('benchmarks/results.json');
const pagePath = pathTo('docs/performance.md');

/** Keeps findings in `benchmarks/results.json`, each in place of the one before, and writes `docs/performance.md` anew. */
export async function keepFindings(findings: readonly Finding[]): Promise<void> {
  const kept = new Map((await read()).map((finding) => [finding.benchmark, finding]));
  for (const finding of findings) kept.set(finding.benchmark, finding);
  await writeFile(resultsPath, `${JSON.stringify([...kept.values()], undefined, 2)}\n`);
  await writeFile(pagePath, await pageOf([...kept.values()]));
}

async function read(): Promise<Finding[]> {
  if (!existsSync(resultsPath)) return [];
  return JSON.parse(await readFile(resultsPath, 'utf8')) as Finding[];
}

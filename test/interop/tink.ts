import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** One stream that Tink for Python seals or opens; `input` and `output` are paths. */
export interface TinkJob {
  readonly verb: 'seal' | 'open';
  readonly objectKey: Uint8Array;
  readonly associatedData: Uint8Array;
  readonly input: string;
  readonly output: string;
}

/** Runs Tink on all jobs in one process; answers for each whether Tink did it or refused. */
export function runTink(jobs: readonly TinkJob[]): readonly ('ok' | 'refused')[] {
  const python = process.env['DSTORE_PYTHON'];
  if (python === undefined)
    throw new Error('DSTORE_PYTHON names no Python with Tink; use `npm run test:interop`');
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const input = jobs.map((job) => ({
    ...job,
    objectKey: hex(job.objectKey),
    associatedData: hex(job.associatedData),
  }));
  const done = spawnSync(python, [join(root, 'test', 'interop', 'tink_streams.py')], {
    input: JSON.stringify(input),
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`Python ended with ${done.status ?? done.signal}: ${done.stderr}`);
  return JSON.parse(done.stdout) as ('ok' | 'refused')[];
}

import { spawn } from 'node:child_process';
import { basename } from 'node:path';

/** How a program is run. */
export interface RunOptions {
  /** The whole environment, beside PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Hears standard error line by line. */
  readonly onLine?: (line: string) => void;
}

/** What a program that ended well wrote. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that ended with another exit code than 0, or could not be started. */
export class ProgramFailed extends Error {
  readonly exitCode: number | undefined;
  readonly output: string;

  constructor(program: string, args: readonly string[], exitCode: number | undefined, output: string) {
    const ending = exitCode === undefined ? 'did not run' : `ended with exit code ${exitCode}`;
    super(`${basename(program)} ${args.slice(0, 3).join(' ')} ${ending}: ${lastLines(output)}`);
    this.name = 'ProgramFailed';
    this.exitCode = exitCode;
    this.output = output;
  }
}

/** Runs a program to its end. Rejects with {@link ProgramFailed}. */
export function runProgram(
  program: string,
  args: readonly string[],
  { env = {}, cwd, onLine }: RunOptions = {},
): Promise<Output> {
  return new Promise((resolve, reject) => {
    const fail = (code: number | undefined, output: string) =>
      reject(new ProgramFailed(program, args, code, output));
    const child = spawn(program, args, {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout = gather(child.stdout);
    const stderr = gather(child.stderr, onLine);
    child.on('error', (error) => fail(undefined, error.message));
    child.on('close', (code) => {
      const output = { stdout: stdout(), stderr: stderr() };
      if (code === 0) resolve(output);
      else fail(code ?? 1, `${output.stdout}\n${output.stderr}`);
    });
  });
}

function gather(stream: NodeJS.ReadableStream, onLine?: (line: string) => void): () => string {
  const parts: string[] = [];
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (part: string) => {
    parts.push(part);
    if (onLine === undefined) return;
    const lines = `${rest}${part}`.split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  });
  return () => parts.join('');
}

const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** The end of an output: where programs say why they failed. */
function lastLines(output: string): string {
  const lines = output.replace(colours, '').split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .slice(-3)
    .join(' | ')
    .slice(-600);
}

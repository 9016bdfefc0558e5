import { PassThrough, Readable, Writable } from 'node:stream';
import { run } from '@dstore/application/cli/program.js';

/** What a run of the command left behind. */
export interface Ran {
  readonly code: number;
  readonly out: Buffer;
  readonly err: string;
}

/** Runs the command in this process. `until` ends it as soon as it holds of what was written so far. */
export async function runCommand(
  argv: readonly string[],
  options: { readonly stdin?: Uint8Array; readonly until?: (out: string) => boolean } = {},
): Promise<Ran> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const ending = new AbortController();
  const into = (pieces: Buffer[]) =>
    new Writable({
      write(piece: Buffer, _encoding, done) {
        pieces.push(Buffer.from(piece));
        if (options.until?.(Buffer.concat(pieces).toString('utf8')) === true) ending.abort();
        done();
      },
    });
  const stdin = options.stdin === undefined ? new PassThrough() : Readable.from([options.stdin]);
  const code = await run(argv, { stdin, stdout: into(out), stderr: into(err), signal: ending.signal });
  return { code, out: Buffer.concat(out), err: Buffer.concat(err).toString('utf8') };
}

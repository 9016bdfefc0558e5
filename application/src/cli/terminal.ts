import type { Readable, Writable } from 'node:stream';

/** Where the command reads and writes, and what ends it. */
export interface Terminal {
  readonly stdin: Readable;
  /** Data. */
  readonly stdout: Writable;
  /** All else. */
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Aborts when the user ends the command. */
  readonly signal: AbortSignal;
}

/** Writes, and waits where the reader is slower. */
export async function write(stream: Writable, piece: string | Uint8Array): Promise<void> {
  if (stream.write(piece)) return;
  await new Promise<void>((resolve, reject) => {
    const done = () => {
      stream.off('error', failed);
      resolve();
    };
    const failed = (error: Error) => {
      stream.off('drain', done);
      reject(error);
    };
    stream.once('drain', done).once('error', failed);
  });
}

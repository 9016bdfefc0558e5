import type { Dispatcher } from 'undici';
import { faulty } from './door-problem.js';

/** Begins to watch how many bytes have come; what it returns ends that. */
export type Watch = (got: () => number) => () => void;

/**
 * All bytes of an answer, of which there may be so many; Fault `provider-faulty` at the first one too many, or when
 * there are fewer than the answer's head said. The connection is given up with the answer.
 */
export async function readBounded(
  { body, headers }: Pick<Dispatcher.ResponseData, 'body' | 'headers'>,
  mostBytes: number,
  watch: Watch,
): Promise<Buffer> {
  const declared = Number(headers['content-length'] ?? 0);
  const pieces: Buffer[] = [];
  let bytes = 0;
  const end = watch(() => bytes);
  try {
    if (mostBytes > 0 && declared > mostBytes) throw tooLong();
    for await (const piece of body as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > mostBytes) throw tooLong();
      pieces.push(piece);
    }
  } catch (error) {
    body.on('error', () => undefined).destroy();
    throw error;
  } finally {
    end();
  }
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, bytes);
}

function tooLong(): Error {
  return faulty('a door sent more than was asked for');
}

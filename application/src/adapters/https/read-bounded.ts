import type { Dispatcher } from 'undici';
import { faulty } from './door-problem.js';

/** Most bytes that are made room for on a door's word. */
const mostBelieved = 1 << 20;

/** How an answer is read. */
export interface Bounds {
  readonly mostBytes: number;
  /** Where the bytes go, with room for most of them; fresh memory where undefined. */
  readonly room: Buffer | undefined;
  /** Once it is aborted no byte is written any more. */
  readonly signal: AbortSignal;
  /** Begins to watch how many bytes have come; what it returns ends that. */
  readonly watch: (got: () => number) => () => void;
}

/**
 * All bytes of an answer, of which there may be so many; Fault `provider-faulty` at the first one too many, or when
 * there are fewer than the answer's head said. The connection is given up with the answer.
 */
export async function readBounded(
  { body, headers }: Pick<Dispatcher.ResponseData, 'body' | 'headers'>,
  { mostBytes, room, signal, watch }: Bounds,
): Promise<Buffer> {
  const declared = Number(headers['content-length'] ?? 0);
  let filling: Filling | undefined;
  const end = watch(() => filling?.bytes ?? 0);
  try {
    if (mostBytes > 0 && declared > mostBytes) throw tooLong();
    filling = new Filling(
      mostBytes,
      room ?? (declared <= mostBelieved ? Buffer.allocUnsafe(declared) : undefined),
    );
    for await (const piece of body as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      filling.add(piece);
    }
    return filling.all();
  } catch (error) {
    body.on('error', () => undefined).destroy();
    throw error;
  } finally {
    end();
  }
}

/** Copies each piece at once, so that it is garbage while it is young; keeps pieces where their sum was not declared. */
class Filling {
  bytes = 0;
  readonly #mostBytes: number;
  readonly #room: Buffer | undefined;
  readonly #pieces: Buffer[] = [];

  constructor(mostBytes: number, room: Buffer | undefined) {
    this.#mostBytes = mostBytes;
    this.#room = room === undefined || room.length === 0 ? undefined : room;
  }

  add(piece: Buffer): void {
    const at = this.bytes;
    this.bytes += piece.length;
    if (this.bytes > Math.min(this.#mostBytes, this.#room?.length ?? Infinity)) throw tooLong();
    if (this.#room === undefined) this.#pieces.push(piece);
    else piece.copy(this.#room, at);
  }

  all(): Buffer {
    return this.#room?.subarray(0, this.bytes) ?? Buffer.concat(this.#pieces, this.bytes);
  }
}

function tooLong(): Error {
  return faulty('a door sent more than was asked for');
}

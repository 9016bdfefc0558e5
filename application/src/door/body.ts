import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseJson, type Shape } from '@dstore/chaincode/domain';
import { Denial, type GatewayCode } from '../ports/fault.js';

/** Sizes in bytes that a body may have, and the code that says it is larger. */
export interface BodyBounds {
  readonly least: number;
  readonly most: number;
  readonly tooLarge: GatewayCode;
  /** Milliseconds within which more must arrive. */
  readonly silenceMs: number;
  /** Where the bytes go, with room for most of them; fresh memory where undefined. */
  readonly room?: Buffer;
}

const wholeNumber = /^(?:0|[1-9][0-9]{0,14})$/;

/**
 * The whole body in one buffer. Its length must be declared and within bounds before a byte is taken; Denial
 * `body-incomplete` when it ends early or falls silent.
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  bounds: BodyBounds,
): Promise<Buffer> {
  const length = declaredLength(request, bounds);
  const body = bounds.room?.subarray(0, length) ?? Buffer.allocUnsafe(length);
  if (request.headers.expect !== undefined) response.writeContinue();
  let filled = 0;
  const silence = setTimeout(() => request.destroy(), bounds.silenceMs);
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      silence.refresh();
      filled += piece.copy(body, filled);
    }
  } catch {
    throw incomplete();
  } finally {
    clearTimeout(silence);
  }
  if (filled !== body.length) throw incomplete();
  return body;
}

/** A JSON body by its shape; bytes that are no UTF-8 are refused like text that is no JSON. */
export async function readMessage<T>(
  request: IncomingMessage,
  response: ServerResponse,
  shape: Shape<T>,
  bounds: BodyBounds,
): Promise<T> {
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new Denial('media-type-unsupported', 'this operation takes application/json');
  return parseJson(shape, textOf(await readBody(request, response, bounds)));
}

function declaredLength({ headers }: IncomingMessage, { least, most, tooLarge }: BodyBounds): number {
  if (headers['content-encoding'] !== undefined)
    throw new Denial('encoding-unsupported', 'bodies are taken without encoding');
  const declared = headers['content-length'] ?? '';
  if (headers['transfer-encoding'] !== undefined || !wholeNumber.test(declared))
    throw new Denial('request-malformed', 'a body must declare its length');
  const length = Number(declared);
  if (length > most) throw new Denial(tooLarge, `at most ${most} bytes are taken`, { limit: String(most) });
  if (length < least) throw new Denial('request-malformed', `at least ${least} bytes are needed`);
  return length;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Denial('request-malformed', 'the body is no UTF-8');
  }
}

function incomplete(): Denial {
  return new Denial('body-incomplete', 'the body ended before its declared length');
}

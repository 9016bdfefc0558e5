import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Denial } from '../ports/fault.js';

/** Most bytes of a JSON body. */
const mostJson = 1 << 20;

/** Bodies: streams are left alone for routes that take bytes; all others take JSON of at most 1 MiB. */
export function acceptBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request, payload, done) => {
    const { stream = false } = request.routeOptions.config as { stream?: boolean };
    if (stream) {
      done(null, payload);
      return;
    }
    // Where there is no such route the body does not matter.
    if (request.is404) {
      done(null, undefined);
      return;
    }
    readJson(request, payload).then(
      (value) => done(null, value),
      (error: unknown) => done(error as Error),
    );
  });
}

async function readJson({ headers }: FastifyRequest, payload: IncomingMessage): Promise<unknown> {
  if (headers['content-encoding'] !== undefined)
    throw new Denial('encoding-unsupported', 'JSON is taken without encoding');
  if (Number(headers['content-length'] ?? 0) > mostJson) throw tooLarge();
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of payload as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > mostJson) throw tooLarge();
    pieces.push(piece);
  }
  if (bytes === 0) return undefined;
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(headers['content-type'] ?? ''))
    throw new Denial('media-type-unsupported', 'this operation takes application/json');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces))) as unknown;
  } catch {
    throw new Denial('request-malformed', 'the body is no JSON');
  }
}

function tooLarge(): Denial {
  return new Denial('body-too-large', 'a JSON body may have 1 MiB', { limit: String(mostJson) });
}

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Version } from '../core/delta.js';
import { segmentBytes } from '../core/sealing.js';
import { SpareBuffers } from '../core/spare-buffers.js';
import { Denial } from '../ports/fault.js';
import { judgeRead, rangeStands } from './conditional.js';
import type { GatewayUseCases } from './gateway-use-cases.js';
import { versionHeaders } from './object-headers.js';
import { rangeOf } from './range.js';

/** Which object a reader wants, and as what. */
export interface ObjectWish {
  readonly bucket: string;
  readonly key: string;
  readonly version?: string;
  readonly disposition?: 'attachment' | 'inline';
}

/** Pieces of bodies that wait for the next readers. */
const mostSpare = 8;

/** No failure of ours, so nothing for the log; one for all, because each that is made costs its stack. */
const readerGone = new Denial('body-incomplete', 'the reader is gone');

type Range = { readonly start: number; readonly end: number } | undefined;

/** Answers GET and HEAD of objects: conditions, then ranges, then bytes. */
export class ObjectReader {
  readonly #useCases: Pick<GatewayUseCases, 'getObject' | 'statObject'>;
  readonly #rooms = new SpareBuffers(segmentBytes, mostSpare);

  constructor(useCases: Pick<GatewayUseCases, 'getObject' | 'statObject'>) {
    this.#useCases = useCases;
  }

  head(wish: ObjectWish, request: FastifyRequest, reply: FastifyReply): void {
    const version = this.#version(wish);
    if (!this.#describe(wish, version, request, reply)) return;
    void reply.header('content-length', version.bytes).code(200).send();
  }

  async get(wish: ObjectWish, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const version = this.#version(wish);
    if (!this.#describe(wish, version, request, reply)) return;
    const range = this.#range(version, request, reply);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort(readerGone));
    const { body } = this.#useCases.getObject.run({
      bucket: wish.bucket,
      key: wish.key,
      version,
      signal: gone.signal,
      rooms: this.#rooms,
      ...(range === undefined ? {} : { range: () => range }),
    });
    // The first piece decides between a problem and an answer: later there is no way back.
    const first = await body.next();
    if (range !== undefined) {
      void reply.code(206).header('content-range', `bytes ${range.start}-${range.end - 1}/${version.bytes}`);
    }
    const bytes = range === undefined ? version.bytes : range.end - range.start;
    void reply.header('content-length', bytes).hijack();
    reply.raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
    await this.#send(reply.raw, continued(first, body));
  }

  /** Sends piece by piece, each once the one before it has gone and its memory is free; breaks off where bytes fail. */
  async #send(response: ServerResponse, body: AsyncIterable<Buffer>): Promise<void> {
    try {
      for await (const piece of body) {
        await written(response, piece);
        this.#rooms.give(piece);
      }
      response.end();
    } catch {
      response.destroy();
    }
  }

  #version({ bucket, key, version }: ObjectWish): Version {
    return this.#useCases.statObject.run({
      bucket,
      key,
      ...(version === undefined ? {} : { versionId: version }),
    });
  }

  /** Sets the headers; false when the answer is given already. */
  #describe(wish: ObjectWish, version: Version, request: FastifyRequest, reply: FastifyReply): boolean {
    const current = { tag: version.versionId, modified: version.modified };
    const outcome = judgeRead(request.headers, current);
    if (outcome === 'failed') throw new Denial('precondition-failed', 'another version is current');
    void reply.headers(versionHeaders(version));
    if (wish.disposition !== undefined) {
      const name = encodeURIComponent(wish.key.split('/').at(-1) ?? '').replaceAll("'", '%27');
      void reply.header('content-disposition', `${wish.disposition}; filename*=UTF-8''${name}`);
    }
    if (outcome === 'not-modified') void reply.code(304).send();
    return outcome === 'send';
  }

  #range(version: Version, request: FastifyRequest, reply: FastifyReply): Range {
    if (!rangeStands(request.headers, { tag: version.versionId, modified: version.modified }))
      return undefined;
    try {
      return rangeOf(request.headers.range, version.bytes);
    } catch (error) {
      for (const name of Object.keys(reply.getHeaders())) void reply.removeHeader(name);
      void reply.header('content-range', `bytes */${version.bytes}`);
      throw error;
    }
  }
}

/** Resolves once the system has the piece; rejects when the connection ends before. */
async function written(response: ServerResponse, piece: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const gone = () => reject(new Error('the reader is gone'));
  response.once('close', gone);
  response.write(piece, (error) => (error ? reject(error) : resolve()));
  await promise.finally(() => response.removeListener('close', gone));
}

async function* continued(
  first: IteratorResult<Buffer, void>,
  rest: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    if (first.done !== true) yield first.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}

import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Denial } from '../ports/fault.js';
import type { Log } from '../ports/log.js';
import { isRetryable, problemOf, retryAfter, titleOf } from '../ports/problem.js';
import { Malformed } from './malformed.js';
import { traceOf } from './trace.js';

/** What the filter must know of the gateway. */
export interface ProblemContext {
  readonly publicUrl: () => string;
  readonly log: Log;
  /** Methods that a path takes; empty where there is no such path. */
  readonly methodsOf: (path: string) => readonly string[];
}

/** Turns whatever is thrown into a problem document. After the first byte there is none: the connection breaks. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #context: ProblemContext;

  constructor(context: ProblemContext) {
    this.#context = context;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const allowed = this.#context.methodsOf(request.url.split('?', 1)[0] ?? '/');
    const error = ownWords(thrown, request, allowed);
    const problem = problemOf(error);
    const { code, status, detail, facts } = problem;
    const { traceId, traceparent } = traceOf(request.raw);
    // A path that the router can't read never came to the hook that says this of every answer.
    void reply.headers({ 'x-request-id': request.id, traceparent });
    if (status >= 500)
      this.#context.log.error('request failed', { code, requestId: request.id, traceId, error });
    if (code === 'method-not-allowed') void reply.header('allow', allowed.join(', '));
    if (status !== 401) void reply.removeHeader('www-authenticate');
    else if (!reply.hasHeader('www-authenticate')) void reply.header('www-authenticate', 'Bearer');
    const wait = retryAfter(code);
    if (wait !== undefined) void reply.header('retry-after', String(wait));
    // A body that was not read to its end would be taken for the next request.
    if (!request.raw.complete && ['PUT', 'POST'].includes(request.method))
      void reply.header('connection', 'close');
    const body = {
      type: `${this.#context.publicUrl()}/problems/${code}`,
      title: titleOf(code),
      status,
      detail,
      instance: `urn:dstore:request:${request.id}`,
      code,
      traceId,
      retryable: isRetryable(code),
      ...(error instanceof Malformed ? { errors: error.flaws } : {}),
      ...facts,
    };
    void reply
      .code(status)
      .header('cache-control', 'no-store')
      .type('application/problem+json')
      .send(JSON.stringify(body));
  }
}

function ownWords(error: unknown, request: FastifyRequest, allowed: readonly string[]): unknown {
  if (error instanceof HttpException && error.getStatus() === 404) {
    return allowed.length > 0
      ? new Denial('method-not-allowed', `${request.method} is no method of this path`)
      : new Denial('route-unknown', 'there is no such path');
  }
  const status = (error as { statusCode?: unknown }).statusCode;
  const isClientFault = error instanceof HttpException || (typeof status === 'number' && status < 500);
  return isClientFault ? new Denial('request-malformed', 'the request can not be read') : error;
}

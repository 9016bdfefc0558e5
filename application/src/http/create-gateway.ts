import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AnswerInterceptor } from './answer-interceptor.js';
import { acceptBodies } from './bodies.js';
import { Connections } from './connections.js';
import { type controllers, controllersFor } from './controllers/index.js';
import {
  type GatewayOptions,
  type GatewayUseCases,
  surroundings,
  type Surroundings,
} from './gateway-use-cases.js';
import { Guard } from './guard.js';
import { documentOf } from './openapi.js';
import { ProblemFilter } from './problem-filter.js';
import { RouteTable } from './route-table.js';
import { traceOf } from './trace.js';

/** Milliseconds for which a connection may be silent. */
const idleTimeout = 120_000;

/** Milliseconds that requests under way have when the gateway closes. */
const closingGrace = 10_000;

/** The REST surface, not yet listening. */
export interface Gateway {
  /** Resolves with the URL that it is reached by. Port 0 takes a free one. */
  listen(host: string, port: number): Promise<string>;
  /** Ends event streams and puts, waits ten seconds for other requests under way, stops listening. */
  close(): Promise<void>;
  /** Every route of the router, as `METHOD /path/:parameter`. */
  readonly routes: readonly string[];
}

/** Builds the REST surface over use cases. */
export async function createGateway(useCases: GatewayUseCases, options: GatewayOptions): Promise<Gateway> {
  const closing = new AbortController();
  const declared = controllersFor({
    identities: options.identities !== undefined,
    demo: options.demo !== undefined,
  });
  let publicUrl = options.publicUrl ?? 'http://localhost';
  const table = new RouteTable();
  const filter = new ProblemFilter({
    publicUrl: () => publicUrl,
    log: options.log,
    methodsOf: (path) => table.methodsOf(path),
  });
  const document = documentOf(declared, options.version);
  const given: Surroundings = { useCases, options, closing: closing.signal, document: () => document };
  const app = await application(given, declared, filter, table);
  const connections = new Connections();
  connections.watch(app.getHttpServer());
  return {
    routes: table.routes,
    async listen(host, port) {
      await app.listen(port, host);
      publicUrl = options.publicUrl ?? addressOf(app, host);
      return publicUrl;
    },
    async close() {
      closing.abort();
      connections.close();
      const impatience = setTimeout(() => app.getHttpServer().closeAllConnections(), closingGrace);
      await app.close().finally(() => clearTimeout(impatience));
    },
  };
}

async function application(
  given: Surroundings,
  declared: typeof controllers,
  filter: ProblemFilter,
  table: RouteTable,
): Promise<NestFastifyApplication> {
  class Gate {}
  Module({ controllers: [...declared], providers: [{ provide: surroundings, useValue: given }] })(Gate);
  const adapter = new FastifyAdapter({
    exposeHeadRoutes: false,
    connectionTimeout: idleTimeout,
    genReqId: ({ headers }: { headers: IncomingMessage['headers'] }) => requestId(headers['x-request-id']),
    routerOptions: { maxParamLength: 512 },
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      filter.answer(error, request, reply),
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  table.watch(fastify);
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.headers({ 'x-request-id': request.id, traceparent: traceOf(request.raw).traceparent });
    request.raw.setMaxListeners(20);
  });
  const app = await NestFactory.create<NestFastifyApplication>(Gate, adapter, {
    logger: false,
    bodyParser: false,
    abortOnError: false,
  });
  acceptBodies(fastify);
  app.useGlobalGuards(new Guard(given.useCases.verifyToken));
  app.useGlobalInterceptors(new AnswerInterceptor());
  app.useGlobalFilters(filter);
  await app.init();
  answerExpectations(fastify);
  return app;
}

/** Lets handlers say "100 Continue" themselves, once they know that they want the body. */
function answerExpectations({ server }: FastifyInstance): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
}

function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}

function addressOf(app: NestFastifyApplication, host: string): string {
  const address = app.getHttpServer().address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const name = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return `http://${host === '127.0.0.1' ? '127.0.0.1' : name}:${port}`;
}

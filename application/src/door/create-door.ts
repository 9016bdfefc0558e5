import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import { maxShardBytes } from '../core/shard.js';
import { SpareBuffers } from '../core/spare-buffers.js';
import { Denial } from '../ports/fault.js';
import type { Log } from '../ports/log.js';
import { problemAnswer } from './answer.js';
import { Connections } from './connections.js';
import type { DoorUseCases } from './door-use-cases.js';
import { exchange } from './exchange.js';
import { type MemberRoot, MemberRoots } from './member-roots.js';
import { Seats } from './seats.js';

/** Bounds of a door; times in milliseconds. */
export interface DoorLimits {
  readonly handshakeMs: number;
  readonly headersMs: number;
  /** For a whole request with its body. */
  readonly requestMs: number;
  /** Within which more of a body must arrive. */
  readonly silenceMs: number;
  /** Within which an answer must have been taken. */
  readonly answerMs: number;
  readonly keepAliveMs: number;
  /** For requests under way when the door closes. */
  readonly closingMs: number;
  readonly connections: number;
  readonly requests: number;
  readonly requestsPerMember: number;
}

const defaultLimits: DoorLimits = {
  handshakeMs: 10_000,
  headersMs: 10_000,
  requestMs: 60_000,
  silenceMs: 10_000,
  answerMs: 120_000,
  keepAliveMs: 30_000,
  closingMs: 5_000,
  connections: 1024,
  requests: 128,
  requestsPerMember: 64,
};

/** Shards' worth of memory that waits for the next puts. */
const mostSpare = 2;

/** What a door is made of. */
export interface DoorOptions {
  readonly useCases: DoorUseCases;
  /** The door's own certificate and key, PEM. */
  readonly tls: { readonly certificate: string; readonly privateKey: string };
  /** Roots of all members as they are now; asked again for each connection. */
  readonly organizations: () => readonly MemberRoot[];
  readonly log: Log;
  readonly limits?: Partial<DoorLimits>;
}

/** A provider's shard door (protocol section 11), not yet listening. */
export interface ShardDoor {
  /** Resolves with the URL that it is reached by. Port 0 takes a free one. */
  listen(host: string, port: number): Promise<string>;
  /** Takes no more requests, lets those under way end for some seconds, stops listening. */
  close(): Promise<void>;
}

/** Builds the door over use cases. Only who holds a TLS certificate of a member organization gets to speak HTTP. */
export function createDoor(options: DoorOptions): ShardDoor {
  const limits = { ...defaultLimits, ...options.limits };
  const members = new MemberRoots(options.organizations);
  const seats = new Seats(limits.requests, limits.requestsPerMember);
  const rooms = new SpareBuffers(maxShardBytes, mostSpare);
  const { useCases, log } = options;
  const { silenceMs, answerMs } = limits;
  const given = { useCases, members, seats, rooms, log, silenceMs, answerMs };
  const server = serverOf(options, members, limits);
  const connections = new Connections();
  connections.watch(server);
  const answer = (request: IncomingMessage, response: ServerResponse) =>
    void exchange(given, request, response);
  server.on('request', answer);
  // A body is asked for once caller, path and length are good.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  return {
    listen: (host, port) => listening(server, host, port),
    close: () => closed(server, connections, limits.closingMs),
  };
}

function serverOf({ tls, log }: DoorOptions, members: MemberRoots, limits: DoorLimits): Server {
  let roots = members.current();
  const secrets = (): SecureContextOptions => ({
    cert: tls.certificate,
    key: tls.privateKey,
    ca: roots.map(({ tlsRoot }) => tlsRoot),
    minVersion: 'TLSv1.2',
  });
  const server = createServer({
    ...secrets(),
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: limits.handshakeMs,
    maxHeaderSize: 8192,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(5000, limits.headersMs),
    noDelay: true,
  });
  server.maxConnections = limits.connections;
  server.prependListener('connection', () => {
    const now = members.current();
    if (now === roots) return;
    roots = now;
    server.setSecureContext(secrets());
  });
  server.on('tlsClientError', (error, socket) => {
    log.debug('door handshake failed', { error: error.message });
    // Nobody else does, and a handshake that ran out of time would keep its connection.
    socket.destroy();
  });
  server.on('clientError', refuseBrokenRequest);
  return server;
}

/** What is no HTTP gets a problem as well, if it can still be told, and loses its connection. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, headers, body } = problemAnswer(
    new Denial('request-malformed', 'the request can not be read'),
  );
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.end(`HTTP/1.1 ${status} Bad Request\r\n${lines.join('')}\r\n${body.toString()}`);
}

async function listening(server: Server, host: string, port: number): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  return `https://${host.includes(':') ? `[${host}]` : host}:${taken}`;
}

async function closed(server: Server, connections: Connections, closingMs: number): Promise<void> {
  if (!server.listening) return;
  const over = once(server, 'close');
  server.close();
  connections.close();
  const impatience = setTimeout(() => connections.destroy(), closingMs);
  await over.finally(() => clearTimeout(impatience));
}

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { TLSSocket } from 'node:tls';
import { type Account, formatAccount } from '@dstore/chaincode/domain';
import type { SpareBuffers } from '../core/spare-buffers.js';
import type { Log } from '../ports/log.js';
import { type Answer, problemAnswer } from './answer.js';
import type { DoorUseCases } from './door-use-cases.js';
import type { MemberRoots } from './member-roots.js';
import { destinationOf } from './route-table.js';
import type { Seats } from './seats.js';

/** Most bytes of an unread body that are read to be thrown away; a longer one costs its sender the connection. */
const mostDiscarded = 2 << 20;

/** From here on a copy of a body costs more than a write of its own. */
const largeBytes = 65_536;

/** What an exchange needs beside the request; times in milliseconds. */
export interface Surroundings {
  readonly useCases: DoorUseCases;
  readonly members: MemberRoots;
  readonly seats: Seats;
  /** Memory for shards that are put. */
  readonly rooms: SpareBuffers;
  readonly log: Log;
  /** Within which more of a body must arrive. */
  readonly silenceMs: number;
  /** Within which an answer must have been taken. */
  readonly answerMs: number;
}

/** Answers one request: who calls, whether a member, where to, and what came of it. Never rejects. */
export async function exchange(
  given: Surroundings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const sendAll = (answer: Answer) =>
    send(answer, request, response, given.answerMs).finally(() => answer.taken?.());
  try {
    const caller = given.members.callerOn(request.socket as TLSSocket);
    // The seat is held until the answer is taken: until then its bytes are in memory.
    await given.seats.within(formatAccount(caller), async () =>
      sendAll(await answerTo(given, caller, request, response)),
    );
  } catch (error) {
    if (!response.headersSent)
      return await sendAll(problemOf(given.log, request, error)).catch(() => void response.destroy());
    given.log.debug('door answer not taken', { method: request.method, error });
    response.destroy();
  }
}

async function answerTo(
  { useCases, rooms, log, silenceMs }: Surroundings,
  caller: Account,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  try {
    await useCases.admitMember.run(caller);
    const { handler, parts, query } = destinationOf(request.method ?? '', request.url ?? '');
    return await handler(useCases, { caller, parts, query, request, response, silenceMs, rooms });
  } catch (error) {
    return problemOf(log, request, error);
  }
}

function problemOf(log: Log, { method }: IncomingMessage, error: unknown): Answer {
  const answer = problemAnswer(error);
  if (answer.status >= 500) log.error('door request failed', { method, error });
  return answer;
}

/** Sends an answer and waits until it was taken; after its head has gone there is no second one, the connection breaks. */
async function send(
  { status, headers, body }: Answer,
  request: IncomingMessage,
  response: ServerResponse,
  answerMs: number,
): Promise<void> {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const impatience = setTimeout(() => response.destroy(), answerMs);
  const closes = !request.complete && !(Number(request.headers['content-length']) <= mostDiscarded);
  response.writeHead(status, { ...headers, ...(closes ? { connection: 'close' } : {}) });
  try {
    if (body === undefined || Buffer.isBuffer(body)) {
      const isLarge = (body?.length ?? 0) > largeBytes && request.method !== 'HEAD';
      if (isLarge) await sent(response, body as Buffer);
      response.end(isLarge || request.method === 'HEAD' ? undefined : body);
      await finished(response);
    } else await pipeline(Readable.from(body), response);
  } finally {
    clearTimeout(impatience);
  }
}

/** Sends a body apart from what is around it: TLS copies what it gets in more than one piece. */
async function sent(response: ServerResponse, body: Buffer): Promise<void> {
  response.flushHeaders();
  const over = new AbortController();
  const gone = once(response, 'close', { signal: over.signal }).then(() => undefined);
  const written = new Promise<void>((resolve) => response.write(body, () => resolve()));
  await Promise.race([written, gone]).finally(() => over.abort());
}

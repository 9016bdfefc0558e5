import type { FastifyReply, FastifyRequest } from 'fastify';
import { Denial } from '../ports/fault.js';
import type { Checkpoint, LedgerEvent } from '../ports/ledger.js';
import type { Surroundings } from './gateway-use-cases.js';

/** Milliseconds between comments that keep a silent connection open. */
const heartbeat = 15_000;

/** Sends ledger events as server-sent events (WHATWG HTML, section 9.2), each with an id to resume after. */
export class EventStream {
  readonly #with: Surroundings;

  constructor(given: Surroundings) {
    this.#with = given;
  }

  /** Resolves when the reader or the gateway is gone. Denial `cursor-malformed` for a Last-Event-ID that is none. */
  async send(types: string | undefined, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const from = checkpointOf(request.headers['last-event-id']);
    const wanted = types === undefined ? undefined : new Set(types.split(','));
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, this.#with.closing]);
    const events = this.#with.useCases.followEvents.run({ signal, ...(from === undefined ? {} : { from }) });
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      // A stream is the last thing on its connection, so that nothing is left open when the gateway closes.
      connection: 'close',
    });
    reply.raw.write('retry: 2000\n\n');
    const beat = setInterval(() => reply.raw.write(': here\n\n'), heartbeat);
    try {
      for await (const event of events) {
        if (wanted !== undefined && !wanted.has(event.name)) continue;
        if (!reply.raw.write(eventText(event))) await drained(reply, signal);
      }
    } catch (error) {
      if (!signal.aborted) this.#with.options.log.warn('event stream ended', { error });
    } finally {
      clearInterval(beat);
      reply.raw.end();
    }
  }
}

function drained(reply: FastifyReply, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    reply.raw.once('drain', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function eventText({ name, payload, txId, checkpoint }: LedgerEvent): string {
  const data = JSON.stringify(
    { type: name, txId, block: String(checkpoint.block), payload },
    (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  );
  return `id: ${checkpoint.block}.${checkpoint.txId ?? ''}\nevent: ${name}\ndata: ${data}\n\n`;
}

function checkpointOf(header: string | string[] | undefined): Checkpoint | undefined {
  if (header === undefined || header === '') return undefined;
  const match = /^(\d{1,19})\.([0-9a-f]{64})?$/.exec(String(header));
  if (match === null) throw new Denial('cursor-malformed', 'Last-Event-ID is none that this stream gave');
  const [, block = '', txId] = match;
  return { block: BigInt(block), ...(txId === undefined ? {} : { txId }) };
}

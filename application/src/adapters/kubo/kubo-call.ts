import { Readable } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import { failed, failureOf, noOf, strange } from './kubo-errors.js';

/** How long a daemon may take, in milliseconds. */
export interface KuboDeadlines {
  readonly connectMs: number;
  /** For a whole call, request and answer. */
  readonly callMs: number;
  /** Between two pieces of a list, which may take as long as it likes. */
  readonly pieceMs: number;
}

/** A synced write of 1 MiB on a busy disk may take seconds; a list begins when the daemon has found its first block. */
export const kuboDeadlines: KuboDeadlines = { connectMs: 2_000, callMs: 30_000, pieceMs: 60_000 };

/** What is asked of a daemon. */
export interface KuboRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The pieces of the request's body. */
  readonly body?: readonly Uint8Array[];
  /** Most bytes of an answer that means yes. */
  readonly mostBytes: number;
}

/** Most bytes of an answer that means no. */
const mostErrorBytes = 65_536;

/** Calls to one port of a daemon, each bounded in time and size. */
export class KuboCall {
  readonly #origin: string;
  readonly #deadlines: KuboDeadlines;
  readonly #agent: Agent;
  readonly #closing = new AbortController();

  constructor(origin: string, deadlines: KuboDeadlines) {
    const { connectMs, callMs, pieceMs } = deadlines;
    this.#origin = origin;
    this.#deadlines = deadlines;
    this.#agent = new Agent({
      connections: 16,
      connect: { timeout: connectMs },
      headersTimeout: callMs,
      bodyTimeout: pieceMs,
    });
  }

  /** The body of an answer that means yes. Rejects with {@link KuboNo} for any other, with Fault `disk-failed` for failures. */
  async run(request: KuboRequest): Promise<Buffer> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#deadlines.callMs)]);
    return this.#translated(signal, async () => {
      const { statusCode, body } = await this.#send(request, signal);
      const isYes = statusCode === 200;
      const bytes = await readAtMost(body, isYes ? request.mostBytes : mostErrorBytes);
      if (!isYes) throw noOf(statusCode, bytes);
      return bytes;
    });
  }

  /** The lines of an answer as they come; a failure that the daemon announces after the last one rejects. */
  async *lines(request: Omit<KuboRequest, 'mostBytes'>): AsyncGenerator<string> {
    const signal = this.#closing.signal;
    const { statusCode, body, trailers } = await this.#translated(signal, () => this.#send(request, signal));
    try {
      if (statusCode !== 200) throw noOf(statusCode, await readAtMost(body, mostErrorBytes));
      yield* linesOf(body);
      const late = trailers['x-stream-error'];
      if (late !== undefined) throw failed(`Kubo failed: ${String(late)}`);
    } catch (error) {
      throw signal.aborted ? closed() : failureOf(error);
    } finally {
      body.on('error', () => undefined).destroy();
    }
  }

  /** Ends all calls. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#agent.destroy();
  }

  #send(
    { method, path, headers = {}, body }: Omit<KuboRequest, 'mostBytes'>,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const length = body?.reduce((sum, piece) => sum + piece.length, 0) ?? 0;
    return this.#agent.request({
      origin: this.#origin,
      path,
      method,
      signal,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-length': String(length) }) },
      body: body === undefined ? null : Readable.from(body, { objectMode: false }),
    });
  }

  async #translated<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#closing.signal.aborted) throw closed();
    try {
      return await work();
    } catch (error) {
      if (this.#closing.signal.aborted) throw closed();
      if (signal.aborted) throw failed('Kubo took too long', error);
      if (error instanceof Error && error.name === 'KuboNo') throw error;
      throw failureOf(error);
    }
  }
}

/** What every call ends with once the disk is closed. */
export function closed(): Error {
  return strange('the disk is closed');
}

async function readAtMost(body: Dispatcher.ResponseData['body'], most: number): Promise<Buffer> {
  const found: Buffer[] = [];
  let length = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > most) throw strange(`Kubo sent more than the ${most} bytes that were asked for`);
    found.push(piece);
  }
  return found.length === 1 ? (found[0] as Buffer) : Buffer.concat(found, length);
}

/** Longer than any line that we ask for. */
const mostLineLength = 4_096;

async function* linesOf(body: Dispatcher.ResponseData['body']): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of body as AsyncIterable<Buffer>) {
    const lines = `${rest}${piece.toString('latin1')}`.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > mostLineLength) throw strange('Kubo sent a line without an end');
    yield* lines;
  }
  if (rest !== '') yield rest;
}

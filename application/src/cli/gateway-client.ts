import { Agent, type Dispatcher } from 'undici';
import { GatewayProblem, Interrupted } from './outcome.js';

/** What is asked of the gateway. */
export interface GatewayRequest {
  readonly method?: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array> | string;
}

/** An event of the ledger, as the stream sends it. */
export interface StreamedEvent {
  readonly type: string;
  readonly txId: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Speaks REST with one gateway. Paths are sent as they are: no part of a name is folded away. */
export class GatewayClient {
  readonly #origin: string;
  readonly #token: string | undefined;
  readonly #signal: AbortSignal;
  readonly #agent = new Agent({ headersTimeout: 0, bodyTimeout: 120_000, connect: { timeout: 10_000 } });

  constructor(url: string, token: string | undefined, signal: AbortSignal) {
    this.#origin = new URL(url).origin;
    this.#token = token;
    this.#signal = signal;
  }

  /** The answer, its body unread; throws GatewayProblem for a refusal. */
  async send(request: GatewayRequest): Promise<Dispatcher.ResponseData> {
    const { method = 'GET', path, query = {}, headers = {}, body } = request;
    const wanted = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    );
    const search = new URLSearchParams(wanted as [string, string][]).toString();
    const answer = await this.#agent
      .request({
        origin: this.#origin,
        path: search === '' ? path : `${path}?${search}`,
        method,
        headers: {
          ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
          ...headers,
        },
        signal: this.#signal,
        ...(body === undefined ? {} : { body: body as string }),
      })
      .catch((error: unknown) => {
        if (this.#signal.aborted) throw new Interrupted();
        throw error;
      });
    if (answer.statusCode < 400) return answer;
    throw await problemOf(answer);
  }

  /** A JSON answer. */
  async json<T>(request: GatewayRequest): Promise<T> {
    const { body } = await this.send(request);
    return (await body.json()) as T;
  }

  /** A JSON answer to a JSON body. */
  tell<T>(method: 'POST' | 'PUT', path: string, wish: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return this.json<T>({ method, path, headers, body: JSON.stringify(wish) });
  }

  /** Sends what has no answer to read. */
  async done(request: GatewayRequest): Promise<void> {
    const { body } = await this.send(request);
    await body.dump();
  }

  /** Every item of a listing, page by page. */
  async *pages<T>(request: GatewayRequest): AsyncGenerator<T & { readonly next?: string }> {
    let cursor: string | undefined;
    do {
      const page = await this.json<T & { readonly next?: string }>({
        ...request,
        query: { ...request.query, cursor },
      });
      yield page;
      cursor = page.next;
    } while (cursor !== undefined);
  }

  /** All items of a listing together. */
  async all<T>(path: string, query: GatewayRequest['query'] = {}): Promise<T[]> {
    const found: T[] = [];
    for await (const { items } of this.pages<{ readonly items: readonly T[] }>({
      path,
      query: { ...query, limit: '1000' },
    }))
      found.push(...items);
    return found;
  }

  /** Ledger events from now on. */
  async *events(types: readonly string[]): AsyncGenerator<StreamedEvent> {
    const { body } = await this.send({ path: '/v1/events', query: { types: types.join(',') } });
    let text = '';
    for await (const piece of body as AsyncIterable<Buffer>) {
      text += piece.toString('utf8');
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        if (data !== undefined) yield JSON.parse(data) as StreamedEvent;
      }
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

async function problemOf({ statusCode, body }: Dispatcher.ResponseData): Promise<GatewayProblem> {
  const text = await body.text();
  const fallback = {
    code: `http-${statusCode}`,
    status: statusCode,
    detail: `the gateway answered ${statusCode}`,
  };
  const retryable = statusCode === 429 || statusCode > 500;
  try {
    return new GatewayProblem({ retryable, ...fallback, ...(JSON.parse(text) as object) });
  } catch {
    // HEAD has no body to tell more.
    return new GatewayProblem({
      retryable,
      ...fallback,
      ...(statusCode === 404 ? { code: 'object-unknown' } : {}),
    });
  }
}

import { Agent, type Dispatcher } from 'undici';
import type { Door, Doors } from '../../ports/door.js';
import { Fault } from '../../ports/fault.js';
import { type Deadlines, DoorCall } from './door-call.js';
import { HttpsDoor } from './https-door.js';

/** Who calls and whom it believes, PEM. */
export interface HttpsDoorsOptions {
  /** The caller's TLS certificate and key. */
  readonly tls: { readonly certificate: string; readonly privateKey: string };
  /** TLS roots of all organizations as they are now. */
  readonly roots: () => readonly string[];
  readonly deadlines?: Partial<Deadlines>;
  /** Most connections to one door. */
  readonly connectionsPerDoor?: number;
}

const defaultDeadlines: Deadlines = {
  connectMs: 5_000,
  headersMs: 30_000,
  progressMs: 10_000,
  progressBytes: 65_536,
};

/** Shard doors over HTTPS with mutual TLS; connections are kept, and opened anew when an organization joins or leaves. */
export class HttpsDoors implements Doors {
  readonly #options: HttpsDoorsOptions;
  readonly #deadlines: Deadlines;
  #roots: readonly string[] = [];
  #agent: Agent | undefined;
  #closing: Promise<unknown> = Promise.resolve();
  #open = true;

  constructor(options: HttpsDoorsOptions) {
    this.#options = options;
    this.#deadlines = { ...defaultDeadlines, ...options.deadlines };
  }

  /** Permanent Fault `door-unreachable` for what is no `https://host:port`. */
  at(url: string): Door {
    const origin = originOf(url);
    return new HttpsDoor(new DoorCall(origin, () => this.#current(), this.#deadlines));
  }

  /** Breaks whatever is under way. */
  async close(): Promise<void> {
    this.#open = false;
    await Promise.all([this.#agent?.destroy(), this.#closing]);
  }

  #current(): Dispatcher {
    if (!this.#open) throw new Fault('door-unreachable', 'the doors are closed', { retryable: false });
    const roots = this.#options.roots();
    if (this.#agent === undefined || !sameTexts(roots, this.#roots)) this.#renew(roots);
    return this.#agent as Agent;
  }

  #renew(roots: readonly string[]): void {
    const former = this.#agent;
    if (former !== undefined) this.#closing = Promise.all([this.#closing, former.close()]);
    this.#roots = [...roots];
    this.#agent = agentOf(this.#options, this.#roots, this.#deadlines);
  }
}

function agentOf(
  { tls, connectionsPerDoor = 8 }: HttpsDoorsOptions,
  roots: readonly string[],
  deadlines: Deadlines,
): Agent {
  return new Agent({
    connections: connectionsPerDoor,
    pipelining: 1,
    allowH2: false,
    maxHeaderSize: 8192,
    headersTimeout: deadlines.headersMs,
    bodyTimeout: deadlines.progressMs,
    connect: {
      ca: [...roots],
      cert: tls.certificate,
      key: tls.privateKey,
      minVersion: 'TLSv1.2',
      timeout: deadlines.connectMs,
    },
  });
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.protocol !== 'https:' || url.href !== `${url.origin}/`)
    throw new Fault('door-unreachable', 'a door is at https://host:port', { retryable: false });
  return url.origin;
}

function sameTexts(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}

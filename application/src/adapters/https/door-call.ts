import type { Dispatcher } from 'undici';
import { Fault } from '../../ports/fault.js';
import { errorOf, headErrorOf } from './door-problem.js';
import { readBounded } from './read-bounded.js';

/** How long a door may take, in milliseconds. */
export interface Deadlines {
  readonly connectMs: number;
  /** From the request to the head of the answer, the request's body included. */
  readonly headersMs: number;
  /** Within which `progressBytes` more of an answer, or its end, must arrive. */
  readonly progressMs: number;
  readonly progressBytes: number;
}

/** What is asked of a door. */
export interface DoorRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST';
  readonly path: string;
  readonly type?: string;
  readonly body?: Uint8Array;
  /** The status that means yes. */
  readonly expected: number;
  /** Most bytes of an answer that means yes. */
  readonly mostBytes: number;
  /** Where the answer that means yes goes; fresh memory unless given. */
  readonly room?: Buffer;
}

/** Most bytes of a problem document. */
const mostProblemBytes = 65_536;

/** Requests to one door, each bounded in time and size. */
export class DoorCall {
  readonly #origin: string;
  readonly #dispatcher: () => Dispatcher;
  readonly #deadlines: Deadlines;

  constructor(origin: string, dispatcher: () => Dispatcher, deadlines: Deadlines) {
    this.#origin = origin;
    this.#dispatcher = dispatcher;
    this.#deadlines = deadlines;
  }

  /**
   * The body of an answer that means yes. Other answers reject with the Refusal or Denial they carry; failures with Fault
   * `door-unreachable`, answers that break the protocol with `provider-faulty`; an aborted signal with its reason.
   */
  async run(request: DoorRequest, signal?: AbortSignal): Promise<Buffer> {
    signal?.throwIfAborted();
    const dispatcher = this.#dispatcher();
    const patience = new AbortController();
    // By hand: what `AbortSignal.any` joins is held weakly, so that the call lives on until the next full collection.
    const cancel = () => patience.abort(signal?.reason);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.#exchange(dispatcher, request, patience);
    } catch (error) {
      signal?.throwIfAborted();
      throw errorOf(patience.signal.aborted ? patience.signal.reason : error);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async #exchange(
    dispatcher: Dispatcher,
    { method, path, type, body, expected, mostBytes, room }: DoorRequest,
    patience: AbortController,
  ): Promise<Buffer> {
    const { signal } = patience;
    const { headersMs } = this.#deadlines;
    const silence = setTimeout(() => patience.abort(tooSlow('to answer')), headersMs);
    try {
      const answer = await dispatcher.request({
        origin: this.#origin,
        path,
        method,
        headers: type === undefined ? {} : { 'content-type': type },
        body: body === undefined ? null : body,
        signal,
      });
      clearTimeout(silence);
      const isYes = answer.statusCode === expected;
      const bytes = await readBounded(answer, {
        mostBytes: method === 'HEAD' ? 0 : isYes ? mostBytes : mostProblemBytes,
        room: isYes ? room : undefined,
        signal,
        watch: (got) => this.#watch(got, patience),
      });
      if (isYes) return bytes;
      const no = { status: answer.statusCode, headers: answer.headers, bytes };
      throw method === 'HEAD' ? headErrorOf(no) : errorOf(no);
    } finally {
      clearTimeout(silence);
    }
  }

  /** Gives up on an answer that brings less than the progress it owes; returns what ends the watch. */
  #watch(got: () => number, patience: AbortController): () => void {
    const { progressMs, progressBytes } = this.#deadlines;
    let before = 0;
    const timer = setInterval(() => {
      if (got() - before < progressBytes) patience.abort(tooSlow('to send its answer'));
      before = got();
    }, progressMs);
    return () => clearInterval(timer);
  }
}

function tooSlow(what: string): Fault {
  return new Fault('door-unreachable', `a door took too long ${what}`, { retryable: true });
}

import { Worker } from 'node:worker_threads';

import { SealBroken } from '../../core/sealing.js';
import type { StripeLayout } from '../../core/stripe-layout.js';
import type { StripeAnswers, StripeWork } from '../../core/stripe-work.js';
import { Fault } from '../../ports/fault.js';
import type { FromThread, ToThread } from './codec-messages.js';
import { closedFault, type Place, reasonOf } from './seat-pool.js';

type Answer = StripeAnswers[StripeWork['kind']];

interface Job {
  readonly id: number;
  readonly place: Place;
  readonly layout: StripeLayout;
  readonly work: StripeWork;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Jobs that a thread has: one it does and one that waits beside it, so that it never idles for a message. */
const jobsPerThread = 2;

/** Hands jobs to a few threads, and replaces a thread that died. */
export class ThreadPool {
  readonly #script: URL;
  readonly #threads: (Thread | undefined)[];
  #queue: Job[] = [];
  #lastId = 0;
  #closed = false;

  constructor(count: number, script: URL) {
    this.#script = script;
    this.#threads = Array.from({ length: count }, () => undefined);
  }

  /** Rejects with an aborted signal's reason: at once while the job waits, after its end when a thread has it. */
  async perform(place: Place, layout: StripeLayout, work: StripeWork, signal?: AbortSignal): Promise<Answer> {
    if (this.#closed) throw closedFault();
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const job: Job = { id: (this.#lastId += 1), place, layout, work, resolve, reject };
    const cancel = () => this.#cancel(job, signal as AbortSignal);
    signal?.addEventListener('abort', cancel, { once: true });
    this.#queue.push(job);
    this.#dispatch();
    try {
      const answer = await promise;
      if (signal?.aborted === true) throw reasonOf(signal);
      return answer;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Lets threads let go of memory that is used no more. */
  forget(placeId: number): void {
    for (const thread of this.#threads) thread?.forget(placeId);
  }

  /** Ends all threads; jobs that run or wait reject with Fault `not-ready`. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0)) job.reject(closedFault());
    await Promise.all(this.#threads.flatMap((thread) => (thread === undefined ? [] : [thread.end()])));
  }

  #cancel(job: Job, signal: AbortSignal): void {
    const waited = this.#queue.includes(job);
    this.#queue = this.#queue.filter((one) => one !== job);
    if (waited) job.reject(reasonOf(signal));
  }

  /** Gives waiting jobs to the threads that have fewest. */
  #dispatch(): void {
    while (this.#queue.length > 0 && !this.#closed) {
      const loads = this.#threads.map((thread) => thread?.load ?? 0);
      const at = loads.indexOf(Math.min(...loads));
      if ((loads[at] ?? jobsPerThread) >= jobsPerThread) return;
      const thread = (this.#threads[at] ??= this.#start(at));
      thread.take(this.#queue.shift() as Job);
    }
  }

  #start(at: number): Thread {
    return new Thread(
      this.#script,
      () => this.#dispatch(),
      (unbegun) => {
        this.#threads[at] = undefined;
        if (this.#closed) for (const job of unbegun) job.reject(closedFault());
        else this.#queue.unshift(...unbegun);
        this.#dispatch();
      },
    );
  }
}

/** One thread and the jobs it has, in the order in which it does them. */
class Thread {
  readonly #worker: Worker;
  readonly #seen = new Set<number>();
  readonly #jobs: Job[] = [];

  /** `died` gets the jobs that were not begun; the one that was being done has faulted by then. */
  constructor(script: URL, answered: () => void, died: (unbegun: Job[]) => void) {
    this.#worker = new Worker(script);
    this.#worker.unref();
    this.#worker.on('message', (message: FromThread) => {
      this.#settle(message);
      answered();
    });
    let cause: unknown;
    this.#worker.on('error', (error: unknown) => {
      cause = error;
    });
    this.#worker.on('exit', () => {
      const message = 'the thread that worked on the stripe died';
      this.#jobs.shift()?.reject(new Fault('not-ready', message, { retryable: true, cause }));
      died(this.#jobs.splice(0));
    });
  }

  get load(): number {
    return this.#jobs.length;
  }

  take(job: Job): void {
    const { id, place, layout, work } = job;
    const memory = this.#seen.has(place.id) ? undefined : place.memory;
    this.#seen.add(place.id);
    this.#jobs.push(job);
    this.#worker.ref();
    this.#post({ kind: 'work', id, placeId: place.id, memory, layout, work });
  }

  forget(placeId: number): void {
    if (this.#seen.delete(placeId)) this.#post({ kind: 'forget', placeId });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #settle(message: FromThread): void {
    const job = this.#jobs.shift();
    if (job?.id !== message.id) throw new Error('invariant: a thread answers in the order it was asked');
    if (this.#jobs.length === 0) this.#worker.unref();
    if ('error' in message) job.reject(revived(message.error));
    else job.resolve(message.answer);
  }
}

function revived({ name, message }: { readonly name: string; readonly message: string }): Error {
  if (name === 'SealBroken') return new SealBroken(message);
  return name === 'RangeError' ? new RangeError(message) : new Error(message);
}

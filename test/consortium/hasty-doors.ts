import type { Door } from '@dstore/application/ports/door.js';
import { Fault } from '@dstore/application/ports/fault.js';

import type { ConsortiumOfTests } from '../application/consortium-of-tests.js';

/** Milliseconds after which a connection gives up a disk that does not answer. */
const deadline = 30_000;

/**
 * Has the doors of a consortium behave as connections do: a request that is cancelled ends at once, whatever the provider
 * still does with it. Counts what happens, so that a test can cut in at any step.
 */
export class HastyDoors {
  /** Requests that nobody has ended. */
  underWay = 0;
  /** Disks that answer no request for a shard. */
  readonly stalling = new Set<string>();
  /** Called at each step: a shard is asked for or sent, and has come or is stored. */
  step: () => void = () => undefined;

  readonly #consortium: ConsortiumOfTests;

  constructor(consortium: ConsortiumOfTests) {
    this.#consortium = consortium;
    for (const provider of consortium.providers)
      provider.behaves = (honest) => this.#hasty(honest, provider.diskId);
  }

  #hasty(honest: Door, diskId: string): Door {
    return {
      ...honest,
      putShard: (leaseId, digest, bytes, signal) => {
        const sent = Buffer.from(bytes);
        return this.#asked(diskId, signal, () => honest.putShard(leaseId, digest, sent));
      },
      getShard: async (digest, size, signal, room) => {
        const got = await this.#asked(diskId, signal, () => honest.getShard(digest, size));
        return room === undefined ? got : room.subarray(0, got.copy(room));
      },
    };
  }

  async #asked<T>(diskId: string, signal: AbortSignal | undefined, ask: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    const { promise: gone, reject } = Promise.withResolvers<never>();
    const cancel = () => reject(signal?.reason);
    signal?.addEventListener('abort', cancel, { once: true });
    this.underWay += 1;
    try {
      this.step();
      signal?.throwIfAborted();
      const answer = await Promise.race([this.stalling.has(diskId) ? this.#stalled(signal) : ask(), gone]);
      this.step();
      signal?.throwIfAborted();
      return answer;
    } finally {
      this.underWay -= 1;
      signal?.removeEventListener('abort', cancel);
    }
  }

  async #stalled(signal: AbortSignal | undefined): Promise<never> {
    await this.#consortium.clock.sleep(deadline, signal);
    throw new Fault('door-unreachable', 'a door took too long to answer', { retryable: true });
  }
}

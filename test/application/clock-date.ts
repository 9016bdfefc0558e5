import type { Clock } from '@dstore/application/ports/clock.js';

/**
 * Lets `Date` follow a clock until the function that is answered is called: the ledger's client stamps proposals with it,
 * and so moving the clock turns epochs.
 */
export function followClock(clock: Pick<Clock, 'now'>): () => void {
  const real = globalThis.Date;
  class ClockDate extends real {
    constructor(value: number | string | Date = clock.now()) {
      super(value);
    }

    static override now(): number {
      return clock.now();
    }

    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof real;
    }
  }
  globalThis.Date = ClockDate as unknown as DateConstructor;
  return () => {
    globalThis.Date = real;
  };
}

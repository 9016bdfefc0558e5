import { Refusal } from '@dstore/chaincode/domain';
import type { Clock } from '../ports/clock.js';
import { Fault } from '../ports/fault.js';

const attempts = 60;
/** Milliseconds between attempts. */
const pause = 250;

/**
 * Does work of several organizations that one party speaks for: what one peer has, the next may not have yet, and refuse
 * what builds on it. So a refusal, or a fault that may pass, counts only once it lasted for 15 s. The work looks at the
 * ledger before each step, and goes on where it was.
 */
export async function agreeInTime<T>(clock: Pick<Clock, 'sleep'>, work: () => Promise<T>): Promise<T> {
  for (let left = attempts - 1; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || !mayPass(error)) throw error;
      await clock.sleep(pause);
    }
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof Refusal || (error instanceof Fault && error.retryable);
}

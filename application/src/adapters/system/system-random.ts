import { randomBytes } from 'node:crypto';

import type { Random } from '../../ports/random.js';

/** The operating system's generator. */
export class SystemRandom implements Random {
  bytes(count: number): Buffer {
    return randomBytes(count);
  }
}

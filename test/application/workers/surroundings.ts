import type { Facts, Log } from '@dstore/application/ports/log.js';
import type { Surroundings } from '@dstore/application/workers/worker.js';

import { VirtualClock } from '../virtual-clock.js';

/** What was logged, line by line. */
export class KeptLog implements Log {
  readonly lines: { level: string; message: string; facts: Facts }[] = [];

  debug(message: string, facts: Facts = {}): void {
    this.lines.push({ level: 'debug', message, facts });
  }

  info(message: string, facts: Facts = {}): void {
    this.lines.push({ level: 'info', message, facts });
  }

  warn(message: string, facts: Facts = {}): void {
    this.lines.push({ level: 'warn', message, facts });
  }

  error(message: string, facts: Facts = {}): void {
    this.lines.push({ level: 'error', message, facts });
  }
}

/** A clock that stands still, no jitter, and a log to read. */
export function stillSurroundings(): Surroundings & { clock: VirtualClock; log: KeptLog } {
  return { clock: new VirtualClock(), log: new KeptLog(), random: { bytes: (count) => Buffer.alloc(count) } };
}

import { type DestinationStream, pino, stdSerializers, stdTimeFunctions } from 'pino';
import type { Facts, Log } from '../../ports/log.js';

/** How much is said. */
export type Verbosity = 'debug' | 'info' | 'warn' | 'error';

/** Lines of JSON: `time` (RFC 3339), `level`, `msg` and the facts; errors with their codes and stacks. */
export class PinoLog implements Log {
  readonly #pino: pino.Logger;

  /** `bindings` stand in every line. */
  constructor(destination: DestinationStream, level: Verbosity, bindings: Facts = {}) {
    this.#pino = pino(
      {
        level,
        base: { ...bindings },
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        serializers: { error: stdSerializers.err, cause: stdSerializers.err },
      },
      destination,
    );
  }

  debug(message: string, facts: Facts = {}): void {
    this.#pino.debug(written(facts), message);
  }

  info(message: string, facts: Facts = {}): void {
    this.#pino.info(written(facts), message);
  }

  warn(message: string, facts: Facts = {}): void {
    this.#pino.warn(written(facts), message);
  }

  error(message: string, facts: Facts = {}): void {
    this.#pino.error(written(facts), message);
  }
}

/** Counts and epochs as decimal strings, as everywhere else. */
function written(facts: Facts): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]),
  );
}

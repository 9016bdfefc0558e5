import { Denial } from '../ports/fault.js';

/** A member of a request that is wrong, by JSON pointer (RFC 6901). */
export interface Flaw {
  readonly pointer: string;
  readonly detail: string;
}

/** A request that does not fit its schema; names every flaw. */
export class Malformed extends Denial {
  readonly flaws: readonly Flaw[];

  constructor(message: string, flaws: readonly Flaw[]) {
    super('request-malformed', message);
    this.flaws = flaws;
  }
}

/** The world failed in a way that a person can put right: what happened, and what to do about it. */
export class NetworkFault extends Error {
  /** A sentence that says what to do. */
  readonly fix: string;

  constructor(message: string, fix: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NetworkFault';
    this.fix = fix;
  }
}

/** An error's text, with its fix on a line of its own where it has one. */
export function explain(error: unknown): string {
  if (error instanceof NetworkFault) return `${error.message}\n  fix: ${error.fix}`;
  return error instanceof Error ? error.message : String(error);
}

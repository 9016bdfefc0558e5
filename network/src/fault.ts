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
  const fix = fixOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return fix === undefined ? message : `${message}\n  fix: ${fix}`;
}

/** What is known to help against faults that others throw. */
function fixOf(error: unknown): string | undefined {
  if (error instanceof NetworkFault) return error.fix;
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (code === 'ENOSPC') return 'the disk is full: make room, then do it again; it goes on where it was';
  if (code === 'EACCES' || code === 'EPERM')
    return 'files of another user lie there: give them to yourself, or set DSTORE_HOME';
  if (name === 'CaUnreachable')
    return 'npm run network:up starts it; npm run network:logs -- ca says why it ended';
  if (name === 'CaRefusal')
    return 'its database and the secrets below organizations/<org>/secrets must be of the same network';
  return undefined;
}

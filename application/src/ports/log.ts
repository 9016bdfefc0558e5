/** Facts beside a message: ids, counts, codes. Never keys, names of objects or plaintext. */
export type Facts = Readonly<Record<string, unknown>>;

/** Where the application says what it did: one message a line, facts beside it. Never throws. */
export interface Log {
  debug(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
}

import { table } from './text.js';
import { type Terminal, write } from './terminal.js';

/** How a verb says what it found: as text for people, or as lines of JSON. */
export class Speaker {
  readonly terminal: Terminal;
  readonly #json: boolean;

  constructor(terminal: Terminal, json: boolean) {
    this.terminal = terminal;
    this.#json = json;
  }

  /** One item on stdout: a line of JSON, or its text for people. */
  async item(item: unknown, text: string): Promise<void> {
    await write(
      this.terminal.stdout,
      this.#json ? `${JSON.stringify(item)}\n` : text === '' ? '' : `${text}\n`,
    );
  }

  /** Items on stdout: a line of JSON each, or one table. */
  async items<T>(
    items: readonly T[],
    head: readonly string[],
    row: (item: T) => readonly string[],
  ): Promise<void> {
    const text = this.#json
      ? items.map((item) => `${JSON.stringify(item)}\n`).join('')
      : table(head, items.map(row));
    await write(this.terminal.stdout, text);
  }

  /** A word on stderr. */
  say(text: string): void {
    this.terminal.stderr.write(`${text}\n`);
  }
}

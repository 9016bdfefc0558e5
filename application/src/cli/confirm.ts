import { createInterface } from 'node:readline/promises';
import { UsageError } from './outcome.js';
import type { Session } from './session.js';

/** Asks before something is lost; without a terminal to ask at, or a yes, UsageError with `next` to type instead. */
export async function confirm({ terminal }: Session, question: string, next: string): Promise<void> {
  if (terminal.stderr.isTTY !== true) throw new UsageError('nobody to ask', next);
  const ask = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    const answer = await ask.question(`${question} [y/N] `, { signal: terminal.signal });
    if (!/^y(?:es)?$/i.test(answer.trim())) throw new UsageError('nothing was done', next);
  } finally {
    ask.close();
  }
}

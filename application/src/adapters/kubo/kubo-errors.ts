import { Denial, Fault } from '../../ports/fault.js';

/** An answer of a daemon that does not mean yes. */
export class KuboNo extends Error {
  readonly status: number;

  constructor(status: number, words: string) {
    super(words);
    this.name = 'KuboNo';
    this.status = status;
  }

  /** Whether it says that the daemon does not have the block; there is no code for it. */
  get isMissing(): boolean {
    return /block was not found locally/.test(this.message);
  }

  /** Whether it says that there is no such pin to remove. */
  get isUnpinned(): boolean {
    return /^not pinned or pinned indirectly/.test(this.message);
  }
}

/** Most characters of a daemon's words that are handed on. */
const mostWords = 300;

/** The no in a body: Kubo's RPC answers errors as JSON `{ Message, Code, Type }`, its gateway as plain text. */
export function noOf(status: number, body: Buffer): KuboNo {
  const text = body.toString('utf8');
  return new KuboNo(status, (messageIn(text) ?? text.trim()).slice(0, mostWords));
}

/** The failure in the port's words: a medium without room is Denial `disk-full`, all else Fault `disk-failed`. */
export function failureOf(failure: unknown): Error {
  if (failure instanceof Denial || failure instanceof Fault || failure instanceof RangeError) return failure;
  const words = failure instanceof Error ? failure.message : String(failure);
  if (/no space left on device|disk quota exceeded/i.test(words)) return full();
  const status = failure instanceof KuboNo ? ` ${failure.status}` : '';
  return failed(`Kubo failed${status}: ${words}`, failure);
}

/** No room for a block. */
export function full(): Denial {
  return new Denial('disk-full', 'the disk has no room for the block');
}

/** A failure that may pass. */
export function failed(message: string, cause?: unknown): Fault {
  return new Fault('disk-failed', message, { retryable: true, cause });
}

/** An answer that is none of Kubo's: another program listens there, or a version that we don't know. */
export function strange(message: string, cause?: unknown): Fault {
  return new Fault('disk-failed', message, { retryable: false, cause });
}

function messageIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const message = (value as { Message?: unknown } | null)?.Message;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

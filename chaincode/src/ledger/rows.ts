import type { Context } from 'fabric-contract-api';
import {
  canonicalJson,
  keyOf,
  parseJson,
  partCountOf,
  partsOf,
  rangeOf,
  type Row,
  type RowKind,
  rows,
  type Shape,
} from '../domain/index.js';

/** A row with the parts of its key after the kind. */
export interface KeyedRow<K extends RowKind> {
  readonly parts: readonly string[];
  readonly row: Row<K>;
}

/**
 * The rows of one transaction. Every key is read at most once and written at most once: a second read answers what the
 * first one saw, a second write is a bug. Writes reach the stub only by {@link Rows.flush}, so that a refusal leaves none.
 */
export class Rows {
  readonly #ctx: Context;
  readonly #seen = new Map<string, Promise<Uint8Array>>();
  readonly #written = new Map<string, string | undefined>();
  readonly #policies = new Map<string, Uint8Array>();

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /** The row under these key parts, or undefined. */
  async read<K extends RowKind>(kind: K, ...parts: string[]): Promise<Row<K> | undefined> {
    const key = keyOf(kind, parts);
    const bytes = this.#seen.get(key) ?? this.#ctx.stub.getState(key);
    this.#seen.set(key, bytes);
    const value = await bytes;
    return value.length === 0 ? undefined : decode(kind, value);
  }

  /** Rows whose key begins with these parts, in key order, at most `limit`; with `below`, only those before that last part. */
  async range<K extends RowKind>(
    kind: K,
    prefix: readonly string[],
    limit: number,
    below?: string,
  ): Promise<KeyedRow<K>[]> {
    const { start, end } = rangeOf(kind, prefix);
    const stop = below === undefined ? end : keyOf(kind, [...prefix, below]);
    return this.#collect(kind, start, stop, limit);
  }

  /** A page for readers: rows after the key `after`, and the key to go on from. */
  async page<K extends RowKind>(
    kind: K,
    prefix: readonly string[],
    limit: number,
    after?: string,
  ): Promise<{ items: KeyedRow<K>[]; next?: string }> {
    const { start, end } = rangeOf(kind, prefix);
    const from = after !== undefined && after >= start && after < end ? `${after}\u0001` : start;
    const items = await this.#collect(kind, from, end, limit + 1);
    if (items.length <= limit) return { items };
    const page = items.slice(0, limit);
    return { items: page, next: keyOf(kind, (page.at(-1) as KeyedRow<K>).parts) };
  }

  async #collect<K extends RowKind>(
    kind: K,
    start: string,
    end: string,
    limit: number,
  ): Promise<KeyedRow<K>[]> {
    const found: KeyedRow<K>[] = [];
    const iterator = await this.#ctx.stub.getStateByRange(start, end);
    try {
      for (
        let step = await iterator.next();
        !step.done && found.length < limit;
        step = await iterator.next()
      ) {
        const parts = partsOf(kind, step.value.key);
        if (parts.length === partCountOf(kind)) found.push({ parts, row: decode(kind, step.value.value) });
      }
    } finally {
      await iterator.close();
    }
    return found;
  }

  /** Writes a row; what does not fit its shape is a bug and throws. */
  write<K extends RowKind>(kind: K, parts: readonly string[], row: Row<K>): void {
    const text = canonicalJson(row);
    decode(kind, Buffer.from(text, 'utf8'));
    this.#note(keyOf(kind, parts), text);
  }

  remove(kind: RowKind, parts: readonly string[]): void {
    this.#note(keyOf(kind, parts), undefined);
  }

  /** Lets only such endorsements change the row from now on. */
  guard(kind: RowKind, parts: readonly string[], policy: Uint8Array): void {
    this.#policies.set(keyOf(kind, parts), policy);
  }

  #note(key: string, value: string | undefined): void {
    if (this.#written.has(key)) throw new Error(`invariant: ${key} is written twice in one transaction`);
    this.#written.set(key, value);
  }

  /** Hands all writes to the stub. */
  async flush(): Promise<void> {
    for (const [key, value] of this.#written) {
      if (value === undefined) await this.#ctx.stub.deleteState(key);
      else await this.#ctx.stub.putState(key, Buffer.from(value, 'utf8'));
    }
    for (const [key, policy] of this.#policies) await this.#ctx.stub.setStateValidationParameter(key, policy);
  }
}

function decode<K extends RowKind>(kind: K, bytes: Uint8Array): Row<K> {
  return parseJson(rows[kind] as unknown as Shape<Row<K>>, Buffer.from(bytes).toString('utf8'));
}

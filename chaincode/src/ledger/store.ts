import type { ChaincodeStub } from 'fabric-shim-api';
import {
  canonicalJson,
  insist,
  type JsonValue,
  keyOf,
  type LawCode,
  partsOf,
  parseJson,
  rangeOf,
  type Row,
  type RowKind,
  rows,
  type Shape,
} from '../domain/index.js';

/** A row with the parts of its key after the kind. */
export interface Found<K extends RowKind> {
  readonly parts: readonly string[];
  readonly row: Row<K>;
}

/** Most rows a range may hold inside a transaction. */
const widestRange = 1000;

type StateStub = Pick<
  ChaincodeStub,
  | 'getState'
  | 'putState'
  | 'deleteState'
  | 'getStateByRange'
  | 'getStateValidationParameter'
  | 'setStateValidationParameter'
>;

/**
 * Typed rows of the world state as one transaction sees them. The state answers what was there before the transaction,
 * never its own writes; so every key is read once (a second read gets the same row), written once, and not read after.
 * Writes are held back until {@link save}: a refusal leaves the write set empty.
 */
export class Store {
  readonly #stub: StateStub;
  readonly #read = new Map<string, unknown>();
  readonly #writes = new Map<string, Buffer | undefined>();
  readonly #policies = new Map<string, Buffer>();

  constructor(stub: StateStub) {
    this.#stub = stub;
  }

  /** The row under these key parts, or undefined. */
  async find<K extends RowKind>(kind: K, ...parts: string[]): Promise<Row<K> | undefined> {
    const key = keyOf(kind, parts);
    this.#notWritten(key);
    if (!this.#read.has(key)) {
      const bytes = await this.#stub.getState(key);
      this.#read.set(key, bytes.length === 0 ? undefined : parseRow(kind, key, bytes));
    }
    return this.#read.get(key) as Row<K> | undefined;
  }

  /** The row under these key parts; refused with the code where there is none. */
  async get<K extends RowKind>(code: LawCode, kind: K, ...parts: string[]): Promise<Row<K>> {
    const row = await this.find(kind, ...parts);
    insist(row !== undefined, code, `there is no ${kind} ${parts.join('/')}`);
    return row;
  }

  /** All rows under a prefix in key order; epochs at `below` and later left out where it is given. */
  async list<K extends RowKind>(kind: K, prefix: readonly string[], below?: bigint): Promise<Found<K>[]> {
    const { start, end } = rangeOf(kind, prefix);
    const stop = below === undefined ? end : keyOf(kind, [...prefix, below.toString()]);
    const found: Found<K>[] = [];
    const iterator = await this.#stub.getStateByRange(start, stop);
    try {
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        const { key, value } = next.value;
        this.#notWritten(key);
        const row = parseRow(kind, key, value);
        this.#read.set(key, row);
        found.push({ parts: partsOf(kind, key), row });
        if (found.length > widestRange)
          throw new RangeError(`invariant: more than ${widestRange} rows below ${start}`);
      }
    } finally {
      await iterator.close();
    }
    return found;
  }

  /** Sets the row under these key parts. */
  put<K extends RowKind>(kind: K, parts: readonly string[], row: Row<K>): void {
    this.#write(keyOf(kind, parts), Buffer.from(canonicalJson(row as unknown as JsonValue), 'utf8'));
  }

  /** Removes the row under these key parts. */
  remove(kind: RowKind, parts: readonly string[]): void {
    this.#write(keyOf(kind, parts), undefined);
  }

  /** The key-level endorsement policy of a row; empty where there is none. */
  async policyOf(kind: RowKind, ...parts: string[]): Promise<Buffer> {
    // A key without one answers undefined, whatever the declarations say.
    const policy = (await this.#stub.getStateValidationParameter(keyOf(kind, parts))) as
      Uint8Array | undefined;
    return Buffer.from(policy ?? []);
  }

  /** Binds later changes of a row that is there, or that this transaction puts, to a key-level policy; an empty one ends it. */
  guard(kind: RowKind, parts: readonly string[], policy: Buffer): void {
    this.#policies.set(keyOf(kind, parts), policy);
  }

  /** Keys written so far. */
  get written(): number {
    return this.#writes.size;
  }

  /** Hands all writes to the peer, in the order in which they were made. */
  async save(): Promise<void> {
    for (const [key, value] of this.#writes)
      await (value === undefined ? this.#stub.deleteState(key) : this.#stub.putState(key, value));
    for (const [key, policy] of this.#policies) await this.#stub.setStateValidationParameter(key, policy);
  }

  #write(key: string, value: Buffer | undefined): void {
    this.#notWritten(key);
    this.#writes.set(key, value);
  }

  #notWritten(key: string): void {
    if (this.#writes.has(key)) throw new RangeError(`invariant: ${key} is used again after it was written`);
  }
}

function parseRow<K extends RowKind>(kind: K, key: string, bytes: Uint8Array): Row<K> {
  try {
    return parseJson(rows[kind] as unknown as Shape<Row<K>>, Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw new Error(`invariant: row ${key} is of another format`, { cause: error });
  }
}

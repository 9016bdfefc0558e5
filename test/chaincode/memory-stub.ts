import type { ChaincodeStub } from 'fabric-shim-api';

/** What one call may see of the world beside the state. */
export interface StubSurroundings {
  readonly txId: string;
  /** Seconds since 1970. */
  readonly now: number;
  readonly transient?: Readonly<Record<string, Uint8Array>>;
}

/**
 * A peer's state as one call sees it: what was there before. Throws where a contract would be caught out by Fabric: a key
 * read or written twice, a key read after it was written, a range left open.
 */
export class MemoryStub {
  readonly #state: ReadonlyMap<string, Buffer>;
  readonly #surroundings: StubSurroundings;
  readonly #policies: ReadonlyMap<string, Uint8Array>;
  readonly reads = new Set<string>();
  readonly writes = new Map<string, Buffer | undefined>();
  readonly policies = new Map<string, Uint8Array>();
  readonly events: { readonly name: string; readonly payload: string }[] = [];
  openRanges = 0;

  constructor(
    state: ReadonlyMap<string, Buffer>,
    surroundings: StubSurroundings,
    policies: ReadonlyMap<string, Uint8Array> = new Map(),
  ) {
    this.#policies = policies;
    this.#state = state;
    this.#surroundings = surroundings;
  }

  /** As the contracts take it; whatever else they reached for would be a TypeError. */
  asStub(): ChaincodeStub {
    return this as unknown as ChaincodeStub;
  }

  getTxID = () => this.#surroundings.txId;
  getChannelID = () => 'dstore';
  getTxTimestamp = () => ({ seconds: BigInt(this.#surroundings.now), nanos: 0 });
  getTransient = () => new Map(Object.entries(this.#surroundings.transient ?? {}));
  setEvent = (name: string, payload: Uint8Array) =>
    void this.events.push({ name, payload: Buffer.from(payload).toString('utf8') });

  async getState(key: string): Promise<Uint8Array> {
    if (this.reads.has(key)) throw new Error(`${key} is read twice`);
    if (this.writes.has(key)) throw new Error(`${key} is read after it was written`);
    this.reads.add(key);
    return this.#state.get(key) ?? Buffer.alloc(0);
  }

  async putState(key: string, value: Uint8Array): Promise<void> {
    if (value.length === 0) throw new Error(`${key} is set to nothing`);
    this.#write(key, Buffer.from(value));
  }

  async deleteState(key: string): Promise<void> {
    this.#write(key, undefined);
  }

  async setStateValidationParameter(key: string, policy: Uint8Array): Promise<void> {
    const holdsValue = this.writes.has(key) ? this.writes.get(key) !== undefined : this.#state.has(key);
    if (!holdsValue) throw new Error(`${key} gets a policy without a value`);
    this.policies.set(key, policy);
  }

  async getStateValidationParameter(key: string): Promise<Uint8Array | undefined> {
    return this.#policies.get(key);
  }

  async getStateByRange(start: string, end: string) {
    if (start === '' || end === '' || start >= end) throw new Error('a range is unbounded or empty');
    const keys = [...this.#state.keys()].filter((key) => key >= start && key < end).sort();
    this.openRanges += 1;
    return {
      next: async () => {
        const key = keys.shift();
        return key === undefined
          ? { done: true, value: undefined }
          : { done: false, value: { key, value: this.#state.get(key) } };
      },
      close: async () => {
        this.openRanges -= 1;
      },
    };
  }

  #write(key: string, value: Buffer | undefined): void {
    if (this.writes.has(key)) throw new Error(`${key} is written twice`);
    this.writes.set(key, value);
  }
}

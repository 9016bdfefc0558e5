import { type RangeRead, type Read, type RwSet, validationParameter } from './rw-set.js';
import type { KeyWrite, WorldState } from './world-state.js';

/** One row of a range as the shim's iterators yield it. */
export interface RangeRow {
  readonly key: string;
  readonly value: Buffer;
}

/** Iterates a range; the shape the shim expects of a state query iterator. */
export interface RangeIterator {
  next(): Promise<{ done: false; value: RangeRow } | { done: true; value?: undefined }>;
  close(): Promise<void>;
}

/**
 * Runs one contract call against one state: answers the eleven questions that the shim's stub asks of a peer,
 * and keeps what was read and written. Reads see the state as it was: never the simulation's own writes.
 */
export class Simulation {
  readonly #state: WorldState;
  readonly #reads = new Map<string, Read>();
  readonly #ranges: RangeRead[] = [];
  readonly #writes = new Map<string, KeyWrite>();

  constructor(state: WorldState) {
    this.#state = state;
  }

  get rwSet(): RwSet {
    return { reads: [...this.#reads.values()], ranges: this.#ranges, writes: this.#writes };
  }

  async handleGetState(collection: string, key: string): Promise<Buffer> {
    return this.#read(collection, key)?.value ?? Buffer.alloc(0);
  }

  async handlePutState(collection: string, key: string, value: Uint8Array): Promise<void> {
    if (value.length === 0) throw new Error(`the value of key ${key} is empty`);
    this.#write(collection, key, { value: Buffer.from(value) });
  }

  async handleDeleteState(collection: string, key: string): Promise<void> {
    this.#write(collection, key, { value: null });
  }

  async handlePutStateMetadata(
    collection: string,
    key: string,
    name: string,
    value: Uint8Array,
  ): Promise<void> {
    if (name !== validationParameter) throw new Error(`metadata ${name} is not known`);
    this.#write(collection, key, { policy: Buffer.from(value) });
  }

  async handleGetStateMetadata(collection: string, key: string): Promise<Record<string, Buffer>> {
    const policy = this.#read(collection, key)?.policy;
    return policy === undefined ? {} : { [validationParameter]: policy };
  }

  async handleGetStateByRange(
    collection: string,
    start: string,
    end: string,
    _channel: string,
    _txId: string,
    metadata?: Uint8Array,
  ): Promise<{ iterator: RangeIterator }> {
    publicOnly(collection);
    if (metadata !== undefined) throw new Error('pages of a range are not served; read on from the last key');
    const range: RangeRead = { start, end, exhausted: false, reads: [] };
    this.#ranges.push(range);
    const rows = this.#state.range(start, end);
    return {
      iterator: {
        next: async () => {
          const row = rows.next();
          if (row.done === true) {
            range.exhausted = true;
            return { done: true };
          }
          const [key, cell] = row.value;
          range.reads.push({ key, version: cell.version });
          return { done: false, value: { key, value: cell.value } };
        },
        close: async () => {
          rows.return(undefined);
        },
      },
    };
  }

  async handleGetHistoryForKey(): Promise<never> {
    throw new Error('the history of a key is not served');
  }

  async handleGetQueryResult(): Promise<never> {
    throw new Error('rich queries are not served');
  }

  async handleInvokeChaincode(): Promise<never> {
    throw new Error('there is no other chaincode to invoke');
  }

  #read(collection: string, key: string) {
    publicOnly(collection);
    const cell = this.#state.get(key);
    this.#reads.set(key, { key, version: cell?.version });
    return cell;
  }

  #write(collection: string, key: string, write: KeyWrite): void {
    publicOnly(collection);
    if (!/^[ -~]+$/.test(key)) throw new Error('keys are printable ASCII text');
    // Deleting ends what was said about the policy before.
    const before = write.value === null ? {} : this.#writes.get(key);
    this.#writes.set(key, { ...before, ...write });
  }
}

function publicOnly(collection: string): void {
  if (collection !== '') throw new Error('there is no private data');
}

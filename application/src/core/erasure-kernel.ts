import { codingMatrix, type Matrix, multiply, recoveryMatrix } from './galois.js';
import { linear } from './galois-linear.js';
import {
  createMemory,
  engineKind,
  type EngineKind,
  type KernelFunctions,
  type KernelMemory,
  kernelOver,
} from './kernel-engine.js';
import { pairBytes, type StripeLayout, wholeSteps } from './stripe-layout.js';

/**
 * The erasure code of one stripe in place: the shards lie in the kernel's own memory, where their makers write and
 * their readers read them, so that nothing is copied. Pure and synchronous; byte-equal to erasure.ts.
 */
export class ErasureKernel {
  readonly layout: StripeLayout;
  readonly memory: KernelMemory;
  readonly #kind: EngineKind;
  /** Made when first needed: a stripe that is only written or read here is worked on by another thread. */
  #functions: KernelFunctions | undefined;
  readonly #parityRows: Matrix;
  /** The rows of the last loss: a disk that is gone is gone for many stripes. */
  #recovery: { readonly name: string; readonly rows: Matrix } | undefined;

  /** Throws RangeError when no code has this geometry or the memory is too small for the layout. */
  constructor(layout: StripeLayout, memory = createMemory(layout.totalBytes), kind = engineKind) {
    const { dataShards, parityShards, totalBytes } = layout;
    this.#parityRows = codingMatrix(dataShards, parityShards).slice(dataShards);
    if (memory.buffer.byteLength < totalBytes)
      throw new RangeError(`the stripe takes ${totalBytes} bytes of memory`);
    this.layout = layout;
    this.memory = memory;
    this.#kind = kind;
  }

  /** The bytes of a shard, as they are in memory: what is written here is what is encoded, and the other way round. */
  shard(index: number): Buffer {
    return Buffer.from(this.memory.buffer, this.#addressOf(index), this.layout.shardSizeBytes);
  }

  /** Where plaintext waits to be sealed, or lies when it was opened. */
  get room(): Buffer {
    return Buffer.from(this.memory.buffer, this.layout.roomAt, this.layout.roomBytes);
  }

  /** Makes all parity shards from the data shards, or the first `length` bytes of them. */
  encode(length = this.layout.shardSizeBytes): void {
    const { dataShards, parityShards } = this.layout;
    this.#combine(
      this.#parityRows,
      Array.from({ length: dataShards }, (_, index) => index),
      Array.from({ length: parityShards }, (_, at) => dataShards + at),
      length,
    );
  }

  /**
   * Makes the wanted shards from the first k that are present. What is both wanted and present stays as it is. Throws
   * RangeError when fewer than k are present, or for an index that the stripe does not have.
   */
  reconstruct(
    present: readonly number[],
    wanted: readonly number[],
    length = this.layout.shardSizeBytes,
  ): void {
    const { dataShards, parityShards } = this.layout;
    const missing = [...new Set(wanted)].filter((index) => !present.includes(index));
    const sources = present.slice(0, dataShards);
    const name = `${sources.join()}>${missing.join()}`;
    if (this.#recovery?.name !== name)
      this.#recovery = { name, rows: recoveryMatrix(dataShards, parityShards, sources, missing) };
    this.#combine(this.#recovery.rows, sources, missing, length);
  }

  #combine(rows: Matrix, inputs: readonly number[], outputs: readonly number[], length: number): void {
    if (rows.length === 0) return;
    this.#functions ??= kernelOver(this.memory, this.#kind);
    if (this.#functions === undefined) return this.#combinePlainly(rows, inputs, outputs);
    const { listsAt, tablesAt } = this.layout;
    // Every time: another thread's kernel may have worked in this memory since.
    new Uint8Array(this.memory.buffer, tablesAt).set(tablesOf(rows));
    const lists = new Uint32Array(this.memory.buffer, listsAt, 512);
    inputs.forEach((index, at) => (lists[at] = this.#addressOf(index)));
    outputs.forEach((index, at) => (lists[256 + at] = this.#addressOf(index)));
    this.#functions.combine(
      tablesAt,
      listsAt,
      inputs.length,
      listsAt + 1024,
      outputs.length,
      wholeSteps(length),
    );
  }

  #combinePlainly(rows: Matrix, inputs: readonly number[], outputs: readonly number[]): void {
    const sources = inputs.map((index) => this.shard(index));
    const made = linear(rows, sources, this.layout.shardSizeBytes);
    outputs.forEach((index, at) => this.shard(index).set(made[at] as Buffer));
  }

  #addressOf(index: number): number {
    const { dataShards, parityShards, shardsAt, strideBytes } = this.layout;
    if (!Number.isInteger(index) || index < 0 || index >= dataShards + parityShards)
      throw new RangeError(`a stripe of ${dataShards + parityShards} shards has no shard ${index}`);
    return shardsAt + index * strideBytes;
  }
}

/** Per factor: its products with 0 to 15, then with 0 to 15 times 16. */
const pairs = Uint8Array.from({ length: 256 * pairBytes }, (_, at) => {
  const place = at % pairBytes;
  return multiply(Math.floor(at / pairBytes), place < 16 ? place : (place - 16) << 4);
});

const tables = new WeakMap<Matrix, Uint8Array>();

/** Tables in the order in which the kernel reads them: groups of four, two and one outputs, input by input. */
function tablesOf(rows: Matrix): Uint8Array {
  const known = tables.get(rows);
  if (known !== undefined) return known;
  const width = rows[0]?.length ?? 0;
  const made = new Uint8Array(rows.length * width * pairBytes);
  let at = 0;
  for (const group of groupsOf(rows))
    for (let input = 0; input < width; input += 1)
      for (const row of group) {
        const factor = row[input] ?? 0;
        made.set(pairs.subarray(factor * pairBytes, (factor + 1) * pairBytes), at);
        at += pairBytes;
      }
  tables.set(rows, made);
  return made;
}

function groupsOf(rows: Matrix): Matrix[] {
  const groups: Matrix[] = [];
  for (let at = 0; at < rows.length;) {
    const left = rows.length - at;
    const size = left >= 4 ? 4 : left >= 2 ? 2 : 1;
    groups.push(rows.slice(at, at + size));
    at += size;
  }
  return groups;
}

import { ErasureKernel } from '../../core/erasure-kernel.js';
import type { KernelMemory } from '../../core/kernel-engine.js';
import type { StripeLayout } from '../../core/stripe-layout.js';
import { doWork, type StripeWork } from '../../core/stripe-work.js';
import type { FromThread, ToThread } from './codec-messages.js';

/** A thread's side of the codec: keeps a kernel for each place it has seen, and does one piece of work after the other. */
export class CodecDesk {
  readonly #kernels = new Map<number, ErasureKernel>();
  readonly #memories = new Map<number, KernelMemory>();

  /** The answer to a message, or undefined where none is expected. */
  handle(message: ToThread): FromThread | undefined {
    if (message.kind === 'forget') {
      this.#kernels.delete(message.placeId);
      this.#memories.delete(message.placeId);
      return undefined;
    }
    const { id, placeId, memory, layout, work } = message;
    try {
      if (memory !== undefined) this.#memories.set(placeId, memory);
      return { id, answer: doWork(this.#kernelFor(placeId, layout), work) };
    } catch (error) {
      const { name, message: text } = error instanceof Error ? error : new Error(String(error));
      return { id, error: { name, message: text } };
    } finally {
      wipe(work);
    }
  }

  #kernelFor(placeId: number, layout: StripeLayout): ErasureKernel {
    const known = this.#kernels.get(placeId);
    if (known !== undefined && same(known.layout, layout)) return known;
    const memory = this.#memories.get(placeId);
    if (memory === undefined) throw new Error(`invariant: place ${placeId} was never shown`);
    const kernel = new ErasureKernel(layout, memory);
    this.#kernels.set(placeId, kernel);
    return kernel;
  }
}

function same(one: StripeLayout, other: StripeLayout): boolean {
  return (
    one.dataShards === other.dataShards &&
    one.parityShards === other.parityShards &&
    one.shardSizeBytes === other.shardSizeBytes
  );
}

/** Keys that were copied to this thread do not outlive their stripe. */
function wipe(work: StripeWork): void {
  if (work.kind === 'seal') work.task.objectKey.fill(0);
  if (work.kind === 'open') work.task.opening?.objectKey.fill(0);
}

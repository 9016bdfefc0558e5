import { canonicalJson, limits, Refusal, type Shape, parseJson } from '@dstore/chaincode/domain';
import { cidOf } from '../../core/shard.js';
import type { Door, ReceiptRequest } from '../../ports/door.js';
import { contentsShape, mostContentsBytes, receiptShape } from '../../ports/door-messages.js';
import { Denial } from '../../ports/fault.js';
import type { DoorCall } from './door-call.js';
import { faulty } from './door-problem.js';

const json = 'application/json';
const bytesType = 'application/octet-stream';

/** Most bytes of an answer that holds a receipt. */
const mostReceiptBytes = 4096;

/** One provider's shard door over HTTPS (protocol section 11). */
export class HttpsDoor implements Door {
  readonly #call: DoorCall;

  constructor(call: DoorCall) {
    this.#call = call;
  }

  async putShard(leaseId: string, digest: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    const path = `/v1/leases/${leaseId}/shards/${cidOf(digest)}`;
    await this.#call.run(
      { method: 'PUT', path, type: bytesType, body: bytes, expected: 204, mostBytes: 0 },
      signal,
    );
  }

  async getShard(digest: string, size: number, signal?: AbortSignal, room?: Buffer): Promise<Buffer> {
    const path = `/v1/shards/${cidOf(digest)}`;
    const request = { method: 'GET', path, expected: 200, mostBytes: size } as const;
    const bytes = await this.#call.run(room === undefined ? request : { ...request, room }, signal);
    if (bytes.length !== size) throw faulty(`a door sent ${bytes.length} bytes of a shard of ${size}`);
    return bytes;
  }

  async hasShard(digest: string, signal?: AbortSignal): Promise<boolean> {
    const path = `/v1/shards/${cidOf(digest)}`;
    try {
      await this.#call.run({ method: 'HEAD', path, expected: 200, mostBytes: 0 }, signal);
      return true;
    } catch (error) {
      if (error instanceof Denial && error.code === 'shard-unknown') return false;
      throw error;
    }
  }

  async signReceipt({ leaseId, ...request }: ReceiptRequest, signal?: AbortSignal): Promise<string> {
    const body = Buffer.from(canonicalJson(request));
    const answer = await this.#call.run(
      {
        method: 'POST',
        path: contentsPath(leaseId),
        type: json,
        body,
        expected: 200,
        mostBytes: mostReceiptBytes,
      },
      signal,
    );
    return read(receiptShape, answer).receipt;
  }

  async contents(leaseId: string, revision?: bigint, signal?: AbortSignal): ReturnType<Door['contents']> {
    const path = contentsPath(leaseId) + (revision === undefined ? '' : `?revision=${revision}`);
    const answer = await this.#call.run(
      { method: 'GET', path, expected: 200, mostBytes: mostContentsBytes },
      signal,
    );
    return read(contentsShape, answer);
  }

  getBundle(digest: string, signal?: AbortSignal): Promise<Buffer> {
    const path = `/v1/bundles/${digest}`;
    return this.#call.run({ method: 'GET', path, expected: 200, mostBytes: limits.transientBytes }, signal);
  }

  async discard(leaseId: string, digests?: readonly string[], signal?: AbortSignal): Promise<void> {
    const body = Buffer.from(canonicalJson({ shards: digests?.map(cidOf) }));
    const path = `/v1/leases/${leaseId}/discards`;
    await this.#call.run({ method: 'POST', path, type: json, body, expected: 204, mostBytes: 0 }, signal);
  }
}

const contentsPath = (leaseId: string) => `/v1/leases/${leaseId}/contents`;

/** A refusal of the shape is no refusal of the law. */
function read<T>(shape: Shape<T>, answer: Buffer): T {
  try {
    return parseJson(shape, answer.toString('utf8'));
  } catch (error) {
    if (error instanceof Refusal) throw faulty('a door answered what can not be read', error);
    throw error;
  }
}

import { accountedBytes } from '@dstore/chaincode/domain';

/** A shard that was put and that no receipt covers. */
export interface Uncommitted {
  readonly leaseId: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Shards that no receipt covers, by digest, with a sum for each lease: a large put has thousands of them at once. */
export class UncommittedShards extends Map<string, Uncommitted> {
  readonly #bytes = new Map<string, bigint>();

  /** Accounted bytes of a lease's shards. */
  bytesOf(leaseId: string): bigint {
    return this.#bytes.get(leaseId) ?? 0n;
  }

  override set(digest: string, shard: Uncommitted): this {
    this.delete(digest);
    this.#bytes.set(shard.leaseId, this.bytesOf(shard.leaseId) + accountedBytes(shard.sizeBytes));
    return super.set(digest, shard);
  }

  override delete(digest: string): boolean {
    const shard = this.get(digest);
    if (shard === undefined) return false;
    const left = this.bytesOf(shard.leaseId) - accountedBytes(shard.sizeBytes);
    if (left === 0n) this.#bytes.delete(shard.leaseId);
    else this.#bytes.set(shard.leaseId, left);
    return super.delete(digest);
  }

  override clear(): void {
    this.#bytes.clear();
    super.clear();
  }
}

import type { Change, Content, Entry } from '@dstore/chaincode/domain';

/** What a gateway asks a provider to sign: the changes, the content they lead to, and until when the signature counts. */
export interface ReceiptRequest {
  readonly leaseId: string;
  readonly changes: readonly Change[];
  readonly content: Content;
  readonly lastEpoch: bigint;
}

/** A shard door as its callers see it (protocol sections 5 and 11). Rejects with Denial, Refusal or Fault. */
export interface Door {
  /** Stores a shard under a lease; resolves once it is durable at the provider. */
  putShard(leaseId: string, digest: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void>;
  /**
   * The shard's bytes, not verified; Denial `shard-unknown` when the disk hasn't got it. They lie at the start of `room`
   * where that is given. Nothing is written there any more once this has settled or the signal is aborted.
   */
  getShard(digest: string, size: number, signal?: AbortSignal, room?: Buffer): Promise<Buffer>;
  hasShard(digest: string, signal?: AbortSignal): Promise<boolean>;
  /** The provider's signature over the content, base64 of DER. */
  signReceipt(request: ReceiptRequest, signal?: AbortSignal): Promise<string>;
  /** The vector of a revision that the provider holds (current, pending or kept), or of the current one. */
  contents(
    leaseId: string,
    revision?: bigint,
    signal?: AbortSignal,
  ): Promise<{ readonly content: Content; readonly entries: readonly Entry[] }>;
  /** The proof bundle of that SHA-256, not verified; Denial `bundle-unknown` when it is not kept there (any more). */
  getBundle(digest: string, signal?: AbortSignal): Promise<Buffer>;
  /** Gives up shards that were put under a lease and that no receipt covers: these, or all of them. */
  discard(leaseId: string, digests?: readonly string[], signal?: AbortSignal): Promise<void>;
}

/** Doors by disk; the caller's identity is the one that opened them. */
export interface Doors {
  /** The door at a base URL as the ledger's disk row gives it. */
  at(url: string): Door;
  close(): Promise<void>;
}

import type { Account, Content, Entry } from '@dstore/chaincode/domain';
import type { ReceiptRequest } from '../ports/door.js';

/** What a disk says of itself to members. */
export interface DiskReport {
  readonly diskId: string;
  readonly capacityBytes: bigint;
  /** Bytes of all shards that contents name, pending and kept ones too. */
  readonly heldBytes: bigint;
  /** Bytes of shards that no receipt covers yet. */
  readonly uncommittedBytes: bigint;
}

/** What a shard door calls; refusals arrive as Refusal or Denial, failures as Fault. */
export interface DoorUseCases {
  /** Refuses callers that are no active members of an active organization. */
  readonly admitMember: { run(caller: Account): Promise<void> };
  /** Resolves once the shard is durable; the bytes are checked against the digest. */
  readonly storeShard: {
    run(caller: Account, leaseId: string, digest: string, bytes: Uint8Array): Promise<void>;
  };
  /** Denial `shard-unknown` for a shard that is not on the disk. */
  readonly readShard: {
    run(digest: string): Promise<Buffer>;
    /** Takes bytes back that `run` gave and that nobody reads any more. */
    done(bytes: Buffer): void;
    /** Its size in bytes, or undefined. */
    sizeOf(digest: string): Promise<number | undefined>;
  };
  /** Denial `bundle-unknown` for a proof bundle that is not kept (any more). */
  readonly readBundle: { run(digest: string): Promise<Buffer> };
  /** The signature as base64 of DER. */
  readonly signReceipt: { run(caller: Account, request: ReceiptRequest): Promise<string> };
  readonly readContents: {
    run(
      caller: Account,
      leaseId: string,
      revision?: bigint,
    ): Promise<{ readonly content: Content; readonly entries: readonly Entry[] }>;
  };
  readonly discardShards: {
    run(caller: Account, leaseId: string, digests?: readonly string[]): Promise<void>;
  };
  readonly describeDisk: { run(): Promise<DiskReport> };
}

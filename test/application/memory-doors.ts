import { shardDigest } from '@dstore/application/core/shard.js';
import type { Door, Doors, ReceiptRequest } from '@dstore/application/ports/door.js';
import { Denial, Fault } from '@dstore/application/ports/fault.js';
import { type Content, receiptBytes, ShardVector } from '@dstore/chaincode/domain';
import { signLowS } from '@dstore/organizations';
import { generateKeyPairSync } from 'node:crypto';

/** A copy of a shard's bytes: at the start of `room` where the caller gave one, as doors must. */
export function laidIn(room: Buffer | undefined, bytes: Buffer): Buffer {
  if (room === undefined) return Buffer.from(bytes);
  bytes.copy(room);
  return room.subarray(0, bytes.length);
}

/** How a door behaves: well, as one that can't be reached, as one that reads but signs nothing, as a full disk. */
export type Mood = 'well' | 'silent' | 'unsigning' | 'full';

/**
 * A provider's door in memory: keeps shards, applies change lists to its own vectors as a real one does, and signs with
 * a key of its own. Nothing it ever stored is forgotten, so that tests can look back; `shards` may be emptied by hand.
 */
export class MemoryDoor implements Door {
  readonly diskId: string;
  readonly shards = new Map<string, Buffer>();
  readonly url: string;
  /** SubjectPublicKeyInfo in base64, as the disk's row has it. */
  readonly agentKey: string;
  mood: Mood = 'well';
  gets = 0;
  readonly #channel: string;
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  /** By lease: what was committed, and what was signed since. */
  readonly #current = new Map<string, { revision: bigint; vector: ShardVector }>();
  readonly #pending = new Map<string, ShardVector[]>();

  constructor(diskId: string, channel: string) {
    this.diskId = diskId;
    this.#channel = channel;
    this.url = `https://${diskId}:1`;
    this.agentKey = this.#keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  }

  async putShard(_leaseId: string, digest: string, bytes: Uint8Array): Promise<void> {
    this.#speak();
    if (this.mood === 'full') throw new Denial('disk-full', 'no room');
    if (shardDigest(bytes) !== digest) throw new Denial('digest-mismatch', 'other bytes');
    this.shards.set(digest, Buffer.from(bytes));
  }

  async getShard(digest: string, _size: number, _signal?: AbortSignal, room?: Buffer): Promise<Buffer> {
    this.#speak();
    this.gets += 1;
    const bytes = this.shards.get(digest);
    if (bytes === undefined) throw new Denial('shard-unknown', 'not here');
    return laidIn(room, bytes);
  }

  async hasShard(digest: string): Promise<boolean> {
    this.#speak();
    return this.shards.has(digest);
  }

  async signReceipt({ leaseId, changes, content, lastEpoch }: ReceiptRequest): Promise<string> {
    this.#speak();
    if (this.mood === 'unsigning') throw new Fault('disk-failed', 'signs nothing', { retryable: true });
    const now = this.#current.get(leaseId) ?? { revision: 0n, vector: ShardVector.of() };
    const vector = now.vector.applied(changes);
    const fits =
      content.revision === now.revision + 1n &&
      content.root === vector.root &&
      content.bytes === vector.bytes;
    if (!fits) throw new Denial('content-diverged', `lease ${leaseId} leads elsewhere`);
    for (const change of changes) {
      if (change.kind === 'append' && !this.shards.has(change.entry.digest))
        throw new Denial('shard-missing', `${change.entry.digest} was never put`);
    }
    this.#pending.set(leaseId, [...(this.#pending.get(leaseId) ?? []), vector]);
    const message = receiptBytes(this.#channel, { leaseId, diskId: this.diskId, content, lastEpoch });
    return signLowS(this.#keys.privateKey, message).toString('base64');
  }

  /** What the ledger says of a lease becomes current; throws for what was never signed. */
  commit(leaseId: string, content: Content): void {
    const vector = this.#pending.get(leaseId)?.find((one) => one.root === content.root);
    if (vector === undefined) throw new Error(`nothing of that root is pending under ${leaseId}`);
    this.#pending.delete(leaseId);
    this.#current.set(leaseId, { revision: content.revision, vector });
  }

  async contents(leaseId: string) {
    this.#speak();
    const { revision, vector } = this.#current.get(leaseId) ?? { revision: 0n, vector: ShardVector.of() };
    const content = { revision, root: vector.root, count: BigInt(vector.count), bytes: vector.bytes };
    return { content, entries: vector.entries };
  }

  async getBundle(): Promise<Buffer> {
    this.#speak();
    throw new Denial('bundle-unknown', 'none is kept');
  }

  async discard(): Promise<void> {
    this.#speak();
  }

  #speak(): void {
    if (this.mood === 'silent') throw new Fault('door-unreachable', 'no answer', { retryable: true });
  }
}

/** Doors by URL. */
export class MemoryDoors implements Doors {
  readonly #doors: ReadonlyMap<string, MemoryDoor>;

  constructor(doors: Iterable<MemoryDoor>) {
    this.#doors = new Map([...doors].map((door) => [door.url, door]));
  }

  at(url: string): Door {
    const door = this.#doors.get(url);
    if (door === undefined) throw new Error(`there is no door at ${url}`);
    return door;
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}

import { MemoryRepairBoard } from '@dstore/application/adapters/memory/memory-repair-board.js';
import { MemorySuspects } from '@dstore/application/adapters/memory/memory-suspects.js';
import type { Geometry } from '@dstore/application/core/geometry.js';
import type { PlacedShard, PlacedStripe } from '@dstore/application/core/health.js';
import { shardDigest } from '@dstore/application/core/shard.js';
import type { RebuildTask, Reconstructed } from '@dstore/application/core/stripe-work.js';
import type { Door } from '@dstore/application/ports/door.js';
import { Denial, Fault } from '@dstore/application/ports/fault.js';
import type { ShardMove } from '@dstore/application/ports/stripe-map.js';
import { AssessHealth } from '@dstore/application/use-cases/assess-health.js';
import { DiskDoors } from '@dstore/application/use-cases/disk-doors.js';
import { FindTargets } from '@dstore/application/use-cases/find-targets.js';
import { type RebuildSeat, RebuildStripe } from '@dstore/application/use-cases/rebuild-stripe.js';
import { RepairStripes } from '@dstore/application/use-cases/repair-stripes.js';
import { sha256 } from '@dstore/chaincode/domain';

import { LedgerRows } from '../rows-ledger.js';
import { diskRow, leaseRow, owner, tabRow } from '../rows.js';
import { VirtualClock } from '../virtual-clock.js';
import { KeptLog } from '../workers/surroundings.js';

const shardSizeBytes = 4096;

export const leaseOn = (disk: number): string => disk.toString(16).padStart(32, '0');

/** Shard `index` of a stripe in a code of masked copies (k = 1): any shard gives all others. */
function shardBytes(stripeId: string, index: number): Buffer {
  const seed = sha256(Buffer.from(stripeId));
  return Buffer.alloc(shardSizeBytes, seed).map((byte) => byte ^ index) as Buffer;
}

/** Seats for (1, m), in which every shard gives all others. */
export class MaskedSeats {
  /** Seats that are taken, and the most that ever were. */
  taken = 0;
  most = 0;
  /** What the next work rejects with. */
  failsOnce: Error | undefined;

  async seat(geometry: Geometry, size: number, signal?: AbortSignal): Promise<RebuildSeat> {
    signal?.throwIfAborted();
    this.taken += 1;
    this.most = Math.max(this.most, this.taken);
    const count = geometry.dataShards + geometry.parityShards;
    const shards = Array.from({ length: count }, () => Buffer.alloc(size));
    return {
      shard: (index) => shards[index] as Buffer,
      rebuild: async (task, stop) => {
        stop?.throwIfAborted();
        const failure = this.failsOnce;
        this.failsOnce = undefined;
        if (failure !== undefined) throw failure;
        return rebuildMasked(shards, task);
      },
      release: () => (this.taken -= 1),
    };
  }
}

function rebuildMasked(shards: readonly Buffer[], { digests, wanted }: RebuildTask): Reconstructed {
  const isGood = (index: number) => shardDigest(shards[index] as Buffer) === digests[index];
  const fetched = [...digests.keys()].filter((index) => digests[index] !== undefined);
  const wrong = fetched.filter((index) => !isGood(index));
  const source = fetched.find(isGood);
  if (source === undefined) return { wrong, complete: wanted.length === 0, digests: [] };
  for (const index of wanted)
    shards[index]?.set((shards[source] as Buffer).map((byte) => byte ^ source ^ index));
  return { wrong, complete: true, digests: wanted.map((index) => shardDigest(shards[index] as Buffer)) };
}

/** A disk behind its door, with the ways it can fail. */
export class DiskOfTests implements Pick<Door, 'putShard' | 'getShard' | 'hasShard'> {
  readonly shards = new Map<string, Buffer>();
  readonly puts: { leaseId: string; digest: string }[] = [];
  mood: 'well' | 'silent' | 'full' = 'well';
  /** What it waits for before it gives or takes a shard. */
  delay: (what: 'get' | 'put', signal?: AbortSignal) => Promise<void> = async () => undefined;

  async putShard(leaseId: string, digest: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.delay('put', signal);
    this.#speak();
    if (this.mood === 'full') throw new Denial('disk-full', 'no room');
    this.shards.set(digest, Buffer.from(bytes));
    this.puts.push({ leaseId, digest });
  }

  async getShard(digest: string, _size: number, signal?: AbortSignal): Promise<Buffer> {
    await this.delay('get', signal);
    this.#speak();
    const bytes = this.shards.get(digest);
    if (bytes === undefined) throw new Denial('shard-unknown', 'not here');
    return bytes;
  }

  async hasShard(digest: string): Promise<boolean> {
    this.#speak();
    return this.shards.has(digest);
  }

  #speak(): void {
    if (this.mood === 'silent') throw new Fault('door-unreachable', 'no answer', { retryable: true });
  }
}

/** A vault with stripes of (1, 2) on six disks of six organizations, a lease on each, in epoch 10. */
export class VaultOfTests {
  readonly clock = new VirtualClock();
  readonly log = new KeptLog();
  readonly suspects = new MemorySuspects();
  readonly seats = new MaskedSeats();
  readonly board = new MemoryRepairBoard();
  readonly disks = new Map<string, DiskOfTests>();
  readonly stripes = new Map<string, PlacedStripe>();
  readonly commits: (readonly ShardMove[])[] = [];
  readonly waived: { leaseId: string; digests: readonly string[] }[] = [];
  readonly rows: LedgerRows = new LedgerRows({
    'AuditContract:WaiveLoss': (args) => {
      this.waived.push(args);
      return {};
    },
  });
  /** Disks without collateral for another lease. */
  readonly short = new Set<string>();
  /** Thrown by the next commit, once. */
  commitFails: Error | undefined;

  constructor(disks = 6) {
    this.rows.set('epoch', [], { v: 1, number: 10n, phase: 'open', openedAt: 0n });
    for (let at = 1; at <= disks; at += 1) {
      this.addDisk(at);
      this.rows.set('lease', [leaseOn(at)], leaseRow({ leaseId: leaseOn(at), diskId: `d${at}` }));
      this.rows.set('tab', [leaseOn(at)], tabRow({ provenThrough: 9n, answeredThrough: 9n }));
    }
  }

  addDisk(at: number): void {
    this.disks.set(`d${at}`, new DiskOfTests());
    this.rows.set('disk', [`d${at}`], diskRow(`d${at}`, `Org${at}`));
    this.rows.set('pool', [`d${at}`], { v: 1, reservedBytes: 0n, collateral: 0n });
  }

  disk(at: number): DiskOfTests {
    const disk = this.disks.get(`d${at}`);
    if (disk === undefined) throw new Error(`no disk d${at}`);
    return disk;
  }

  /** Puts a stripe onto three disks; undefined leaves a shard out. */
  put(stripeId: string, places: readonly (number | undefined)[]): PlacedStripe {
    const shards = places.flatMap((disk, index): PlacedShard[] => {
      if (disk === undefined) return [];
      const bytes = shardBytes(stripeId, index);
      this.disk(disk).shards.set(shardDigest(bytes), bytes);
      return [{ index, digest: shardDigest(bytes), leaseId: leaseOn(disk), diskId: `d${disk}` }];
    });
    const stripe = { stripeId, dataShards: 1, parityShards: 2, shardSizeBytes, holdsEntry: false, shards };
    this.stripes.set(stripeId, stripe);
    return stripe;
  }

  /** Lets a lease end by the law. */
  end(at: number): void {
    const leaseId = leaseOn(at);
    this.rows.set('lease', [leaseId], leaseRow({ leaseId, diskId: `d${at}`, state: 'defaulted' }));
  }

  /** Shards of a stripe that lie, whole, where the catalog says. */
  soundShards(stripeId: string): number {
    const shards = this.stripes.get(stripeId)?.shards ?? [];
    return shards.filter(({ diskId, digest }) => {
      const bytes = this.disks.get(diskId)?.shards.get(digest);
      return bytes !== undefined && shardDigest(bytes) === digest;
    }).length;
  }

  readonly map = {
    stripes: () => this.#streamed(),
    versionsIn: async (stripeIds: readonly string[]) => stripeIds.length,
  };

  readonly ledger = this.rows.as(owner.msp, owner.id);

  readonly doors = new DiskDoors(this.ledger, {
    at: (url) => this.disks.get(new URL(url).hostname) as unknown as Door,
  });

  assess(graceEpochs = 1n): AssessHealth {
    return new AssessHealth({
      map: this.map,
      ledger: this.ledger,
      suspects: this.suspects,
      graceEpochs,
    });
  }

  repair(bytesPerSecond = Infinity): RepairStripes {
    return new RepairStripes({
      assess: this.assess(),
      targets: new FindTargets(this.ledger, 'v'),
      leases: { run: async (diskIds) => this.#leases(diskIds) },
      rebuild: new RebuildStripe({
        doors: this.doors,
        suspects: this.suspects,
        clock: this.clock,
        codec: this.seats,
      }),
      commit: { run: async (moves) => this.#commit(moves) },
      ledger: this.ledger,
      suspects: this.suspects,
      board: this.board,
      clock: this.clock,
      log: this.log,
      bytesPerSecond,
    });
  }

  /** Active leases on these disks, opened where there is none and the disk is not short of collateral. */
  #leases(diskIds: readonly string[]): Map<string, string> {
    const active = new Map<string, string>();
    for (const diskId of diskIds) {
      const own = this.rows
        .list('lease', [])
        .filter(({ row }) => row.diskId === diskId && row.vaultId === 'v');
      const leaseId =
        own.find(({ row }) => row.state === 'active')?.row.leaseId ?? this.#open(diskId, own.length);
      if (leaseId !== undefined) active.set(diskId, leaseId);
    }
    return active;
  }

  #open(diskId: string, before: number): string | undefined {
    if (this.short.has(diskId)) return undefined;
    const leaseId = leaseOn(Number(diskId.slice(1)) + 16 * before);
    this.rows.set('lease', [leaseId], leaseRow({ leaseId, diskId }));
    this.rows.set('tab', [leaseId], tabRow({ provenThrough: 10n, answeredThrough: 10n }));
    return leaseId;
  }

  #commit(moves: readonly ShardMove[]): void {
    const failure = this.commitFails;
    this.commitFails = undefined;
    if (failure !== undefined) throw failure;
    this.commits.push(moves);
    for (const { stripeId, index, digest, to } of moves) {
      const stripe = this.stripes.get(stripeId);
      if (stripe === undefined) continue;
      const others = stripe.shards.filter((shard) => shard.index !== index);
      this.stripes.set(stripeId, { ...stripe, shards: [...others, { index, digest, ...to }] });
    }
  }

  async *#streamed(): AsyncGenerator<PlacedStripe> {
    yield* [...this.stripes.values()];
  }
}
